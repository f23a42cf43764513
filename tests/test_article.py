"""What machine translation got wrong before, put back into the publication, is found at its line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hexapla import checks

from tests.conftest import ROOT

ARTICLE = "articles/customer-service-versus-customer-support.md"

DEFECTS = {
    "a name turned into common words": {
        "fr": ("[ExactTarget](", "[Cible exacte](", "kept-name"),
        "de": ("[ExactTarget](", "[Genaues Ziel](", "kept-name"),
        "is": ("[ExactTarget](", "[Nákvæmt skotmark](", "kept-name"),
        "hi": ("[ExactTarget](", "[सटीक लक्ष्य](", "kept-name"),
        "sw": ("[ExactTarget](", "[Lengo Kamili](", "kept-name"),
    },
    "another name turned into common words": {
        "fr": ("[Webtrends](", "[Tendances du Web](", "kept-name"),
        "de": ("[Webtrends](", "[Netztrends](", "kept-name"),
        "is": ("[Webtrends](", "[Vefstefnur](", "kept-name"),
        "hi": ("[Webtrends](", "[वेब रुझान](", "kept-name"),
        "sw": ("[Webtrends](", "[Mielekeo ya Wavuti](", "kept-name"),
    },
    "service and support rendered by one term": {
        "fr": ("*service client* ou *support client*", "*service client* ou *service client*", "glossary-distinct"),
        "de": ("*Kundenservice* und *Kundensupport*", "*Kundenservice* und *Kundenservice*", "glossary-distinct"),
        "is": (
            "*þjónustu við viðskiptavini* og *notendaaðstoð*",
            "*notendaaðstoð* og *notendaaðstoð*",
            "glossary-distinct",
        ),
        "hi": ("*ग्राहक सेवा* और *ग्राहक सहायता*", "*ग्राहक सेवा* और *ग्राहक सेवा*", "glossary-distinct"),
        "sw": (
            "*huduma kwa wateja* na *usaidizi kwa wateja*",
            "*huduma kwa wateja* na *huduma kwa wateja*",
            "glossary-distinct",
        ),
    },
    "one term twice where the source has two, though the other comes later": {
        "is": ("og *notendaaðstoð* eins og", "og *þjónustu við viðskiptavini* eins og", "glossary-distinct"),
    },
    "a link glued to the word behind it": {
        "fr": (
            "[Facebook](https://www.facebook.com/) deviennent",
            "[Facebook](https://www.facebook.com/)deviennent",
            "glued-link",
        ),
        "de": ("[Facebook](https://www.facebook.com/) ", "[Facebook](https://www.facebook.com/)", "glued-link"),
        "is": ("[Facebook](https://www.facebook.com/) ", "[Facebook](https://www.facebook.com/)", "glued-link"),
        "hi": ("[Facebook](https://www.facebook.com/) ", "[Facebook](https://www.facebook.com/)", "glued-link"),
        "sw": ("[Facebook](https://www.facebook.com/) ", "[Facebook](https://www.facebook.com/)", "glued-link"),
    },
    "a name misspelt": {
        code: ("[Squarespace](", "[Squarspace](", "kept-name") for code in ("fr", "de", "is", "hi", "sw")
    },
    "an idiom taken word for word": {
        "fr": ("Une simple question de temps", "Seulement une matière de temps", "glossary"),
        "de": ("Nur eine Frage der Zeit", "Nur eine Materie von Zeit", "glossary"),
        "is": ("Að því hlýtur að koma", "Aðeins efni tímans", "glossary"),
        "hi": ("बस वक्त की बात है", "केवल समय का पदार्थ", "glossary"),
        "sw": ("Ni suala la muda tu", "Kitu cha wakati tu", "glossary"),
    },
    "a negation attached to the wrong verb": {
        "fr": (
            "Ce qu’elle ne peut pas fournir, c’est le support.",
            "Ce qu’elle peut, c’est ne pas fournir le support.",
            "glossary",
        ),
        "de": (
            "Support kann es dagegen nicht leisten.",
            "Support kann es dagegen leisten, ohne es zu wollen.",
            "glossary",
        ),
        "is": (
            "Aðstoð getur það hins vegar ekki veitt.",
            "Aðstoð getur það hins vegar veitt, en vill ekki.",
            "glossary",
        ),
        "hi": ("सहायता देना उसके बस में नहीं।", "सहायता न देना उसके बस में है।", "glossary"),
        "sw": ("Usaidizi ndio ambao haiwezi kuutoa.", "Usaidizi ndio ambao inaweza kutoutoa.", "glossary"),
    },
    "a sentence with no verb": {
        "fr": ("eux, se trouvent au Royaume-Uni", "eux, au Royaume-Uni", "no-verb"),
        "de": ("Karrs eigene Kunden sitzen im", "Karrs eigene Kunden im", "no-verb"),
        "is": ("Sjálfur er hann með viðskiptavini", "Hans eigin viðskiptavinir", "no-verb"),
        "hi": ("पूरे अमेरिका में फैले हैं।", "पूरे अमेरिका में क्लाइंट।", "no-verb"),
        "sw": ("Wateja wa Karr mwenyewe wako Uingereza", "Wateja wa Karr mwenyewe Uingereza", "no-verb"),
    },
    "money in the source's notation": {
        "fr": ("50\u00a0dollars américains", "US$50", "number-format"),
        "de": ("50\u00a0US-Dollar", "US$50", "number-format"),
        "is": ("50\u00a0bandaríkjadali", "US$50", "number-format"),
        "hi": ("50 अमेरिकी डॉलर", "$50", "number-format"),
        "sw": ("dola 50 za Marekani", "$50", "number-format"),
    },
    "straight quotation marks": {
        "fr": ("*service client*", '"service client"', "typography"),
        "de": ("*Kundenservice*", '"Kundenservice"', "typography"),
        "is": ("*notendaaðstoð*", '"notendaaðstoð"', "typography"),
        "hi": ("*ग्राहक सेवा*", '"ग्राहक सेवा"', "typography"),
        "sw": ("*huduma kwa wateja*", '"huduma kwa wateja"', "typography"),
    },
    "English spacing before French punctuation": {
        "fr": ("les pratiques diffèrent\u00a0:", "les pratiques diffèrent:", "typography"),
    },
    "English spacing before a French question mark": {
        "fr": ("dans le service\u202f?", "dans le service?", "typography"),
    },
}


@pytest.fixture(scope="module")
def publication_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("publication")
    for name in ("docs", "locales", "overrides"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "mkdocs.yml", root)
    return root


CASES = [(defect, code) for defect, edits in DEFECTS.items() for code in edits]


@pytest.mark.parametrize(("defect", "code"), CASES, ids=[f"{code}: {defect}" for defect, code in CASES])
def test_defect_is_found_at_its_line(defect: str, code: str, publication_copy: Path) -> None:
    old, new, rule = DEFECTS[defect][code]
    file = publication_copy / "docs" / code / ARTICLE
    text = file.read_text(encoding="utf-8")
    assert old in text
    line = text[: text.index(old)].count("\n") + 1
    try:
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        found = checks.run(str(publication_copy / "mkdocs.yml"), [str(file)]).problems
    finally:
        file.write_text(text, encoding="utf-8")
    # The record does not know the edited paragraph; whatever else is told must be about the defect.
    told = {(problem.rule, problem.line) for problem in found if problem.rule != "unrecorded"}
    assert (rule, line) in told
    assert {number for _, number in told} == {line}


def test_the_untouched_publication_has_no_problem(publication_copy: Path) -> None:
    assert checks.run(str(publication_copy / "mkdocs.yml")).problems == ()
