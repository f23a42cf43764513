"""Rules of grammar, as far as a program without a dictionary can see: sentences without a verb, lost negations.

Both look for signs, and only in the languages of this publication. They are warnings: a sign can deceive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from hexapla import cldr
from hexapla.passages import WORD, Finding, Pair, Passage
from hexapla.problems import Severity, say
from hexapla.rules import Corpus, Scope, rule
from hexapla.rules_words import foreign_language

LETTER = r"[\w\u0900-\u0963]"

VERBS = {
    "fr": (
        r"\b(?:est|es|sont|suis|sommes|êtes|soit|soient|fut|furent|a|ai|as|avons|avez|ont|ait|aient|eut|fait|font|"
        r"faites|peut|peuvent|peux|doit|doivent|va|vont|vais|veut|veulent|sait|savent|vient|viennent|dit|disent|met|"
        r"mettent|prend|prennent|tient|faut|paraît|suffit|sert|servent|rend|vend|sort|part|suit|lit|vit|voit|croit|"
        r"reçoit|offre|offrent|ouvre|reste|trouve|semble|existe|montre|passe|pose|explique|donne|porte|aime|compte|"
        r"recense|\w*(?:pond|tend|perd|cend)|remonte|fit|dut|put|vit|prit|mit|"
        r"appelle|demande|parle|pense|change|laisse|arrive|garde|nomme|raconte|cite|vaut|voilà|voici|soyez|ayez|"
        r"\w{2,}(?:ait|aient|era|eront|erai|erez|erons|erait|eraient|ira|iront|irait|iraient|rait|raient|ez|issent|"
        r"èrent|irent|urent|ât|ît|ût))\b|"
        r"\b(?!(?:souvent|client|comment|argent|agent|moment|accent|présent|récent|fréquent|différent|urgent|cent|vent"
        r"|talent|parent|patient|absent|content|prudent)s?\b)(?!\w*ments?\b)\w{3,}ent\b|"
        r"\b(?:ne|me|te|se|l[ae]s?|nous|vous|ils?|elles?|on|qui|ce|cela|ça|je|tu)\s+(?:[nm]e\s+|[lsmt][’'])?\w{2,}e\b|"
        r"\b[nsmtj][’']\w{2,}e\b|\b[a-zéèê]\w+e\s+(?:une?|les|tous|toutes|que)\b"
    ),
    "de": (
        r"\b(?:ist|sind|bin|bist|seid|war|waren|wäre|wären|wird|werden|wurde|wurden|würde|würden|hat|haben|habe|hatte|"
        r"hatten|hätte|hätten|kann|können|konnte|könnte|muss|müssen|musste|soll|sollen|sollte|will|wollen|wollte|darf|"
        r"dürfen|mag|mögen|möchte|möchten|gibt|geben|gab|kam|kamen|ging|lag|stand|fand|sah|hieß|ließ|nahm|rief|riefen|"
        r"schrieb|blieb|bleiben|bleibt|weiß|wissen|tut|tun|lässt|lassen|heißt|stehen|liegen|machen|sagen|zahlen|"
        r"kommen|gehen|finden|bieten|verkaufen|nennen|führen|zeigen|lesen|schreiben|stammen|dienen|gelten|brauchen|"
        r"ändern|öffnen|speichern|übersetzen|nehmen|sehen|hören|halten|sorgen|setzen|fehlen|sehe|bitte|lies|nimm|"
        r"(?!(?:nicht|mit|fast|statt|anstatt|dort|seit|jetzt|selbst|oft|erst|zuerst|fest|leicht|gut|direkt|komplett|"
        r"gesamt|bereit|recht|laut|weit|samt|zumeist|meist|längst|sonst|vielleicht|überhaupt|insgesamt|nächst|höchst|"
        r"bekannt|hart|alt|kalt|breit|tot|rot|dicht|schlecht|echt|glatt|satt|nett|exakt|perfekt)\b)"
        r"[a-zäöüß]\w*t|[a-zäöüß]\w*(?:te|ten)|\w+en\s+(?:Sie|wir|sie)|(?:Sie|wir|sie)\s+\w+en|sitzen|hängen)\b"
    ),
    "is": (
        r"\b(?:er|eru|var|voru|sé|séu|væri|væru|verður|verða|varð|urðu|verði|yrði|yrðu|hefur|hafa|hafði|höfðu|hafi|"
        r"hefði|hefðu|má|mega|mætti|mun|munu|mundi|skal|skulu|skuli|getur|geta|gat|gátu|geti|gæti|gætu|vill|vilja|"
        r"vildi|vildu|þarf|þurfa|þurfti|þyrfti|kann|kunna|á|eiga|átti|áttu|eigi|ætti|ættu|fær|fá|fékk|fengu|gefur|gefa|"
        r"gaf|kemur|koma|kom|komu|fer|fara|fór|fóru|lætur|láta|lét|létu|sér|sjá|sá|sáu|segir|segja|sagði|stendur|standa|"
        r"stóð|tekur|taka|tók|tóku|veit|vita|vissi|gerir|gera|gerði|gerðu|heldur|halda|hélt|leggur|lagði|býður|bjóða|"
        r"selur|selja|seldi|biður|les|lesa|las|skrifar|finnur|finna|fann|heitir|nefnir|sýnir|sýna|fylgir|fylgja|"
        r"notar|nota|hverfur|hverfa|við \w+um|\w+um við|"
        r"\w{3,}(?:aði|uðu|aðist|uðust|ast|ist|ðist|ðu|ddi|ddu|tti|ttu|lti|rði|gði|fði|rum|gið|ið|aðu|ðu|du|tu))\b"
    ),
    "hi": (
        rf"(?:(?<!{LETTER})(?:है|हैं|था|थे|थी|थीं|हो|हूँ|हों|नहीं|न|ही|क्यों|क्या|दें|लें|दे|ले|जा|आ|दो|लो)|{LETTER}(?:ता|ते|ती|तीं|ना|ने|नी|गा|गे|"
        rf"गी|या|ये|यी|ए|एँ|ें|ाई|ई|ीं|ओ|ूँ|िए|े|ो|ा|ी))[”’)]*[।?!:]?[”’)]*$"
    ),
    "sw": (
        r"\b(?:ni|si|ndiyo|ndio|ndiye|ndizo|ndivyo|ndipo|ana|wana|una|mna|nina|tuna|ina|zina|lina|yana|kina|vina|kuna|"
        r"pana|(?:yu|wa|i|zi|u|li|ya|ki|vi|ku|pa|m)(?:po|ko|mo)|yumo|limo|hana|hawana|haina|hazina|hakuna|hapana|"
        r"(?:ni|u|a|tu|m|mu|wa|li|ya|ki|vi|i|zi|ku|pa)(?:na|li|ta|me|ki|nge|ngali|singe|si|ka|ja)\w{2,}[aeiuo]|"
        r"(?:ha|hu|si)(?:\w{3,})[aeiu]|(?:wa|i|zi|li|ya|ki|vi|tu)\w{2,}(?:iwe|ishe|eshe|ike|eke))\b|"
        r"^(?!W)[A-Z]\w+[ae]\b(?=\s+[a-z]|,)|\b(?:kisha|ili)\s\w+[ae]\b"
    ),
}
"""Signs of a finite verb: frequent forms, and endings (in Swahili, beginnings) that other words seldom have. In Hindi
the verb comes last, so only the last word is looked at."""

BEING = re.compile(r"\b(?:is|are|was|were)\b", re.IGNORECASE)
"""The verbs of an English source that get lost; nothing is known of other sources."""


@cache
def _pattern(signs: str) -> re.Pattern[str] | None:
    """Compile an entry when it is needed: all of them take 30 ms. Only German knows words by their capitals."""
    if not signs:
        return None
    return re.compile(signs, 0 if signs == VERBS["de"] else re.IGNORECASE)


SHORTEST = 5
"""Fewer words than these may be an exclamation, or an answer."""


@rule("no-verb", Scope.PAIR, Severity.WARNING)
def no_verb(pair: Pair, corpus: Corpus) -> Iterator[Finding]:
    """A sentence has a verb.

    Looked for by frequent forms and by endings, in sentences of at least five words that end in a full stop, where the
    source says that something is: this verb is the one that machine translation drops.

    Bad: `Le service pour les clients de la société.`
    Good: `Le service est là pour les clients de la société.`
    """
    own = pair.translation
    verbs = _pattern(VERBS.get(cldr.parse(own.locale.code).language, ""))
    if (
        not verbs
        or not pair.source.locale.code.startswith("en")
        or own.kind not in ("paragraph", "item", "quote", "definition", "footnote")
    ):
        return
    theirs = pair.source.inline.sentences
    if len(theirs) != len(own.inline.sentences):
        return
    for (start, end), place in zip(own.inline.sentences, theirs, strict=True):
        sentence, source = own.prose[start:end], pair.source.prose[slice(*place)]
        is_whole = sentence.rstrip("”»“’)").endswith((".", "।")) and len(WORD.findall(sentence)) >= SHORTEST
        if not is_whole or not BEING.search(source) or verbs.search(sentence):
            continue
        if not foreign_language(pair, corpus, start, end):
            message = say("this sentence seems to have no verb")
            yield own.found(start, end, message, say("read it aloud; say what happens in it"))


NEGATIONS = {
    "en": (r"\b(?:not|no|none|nobody|never|nothing|neither|nor|cannot|nowhere|without)\b|n[’']t\b"),
    "fr": (r"\b(?:ne|non|jamais|rien|personne|aucune?|sans|ni|in(?:existant|terdit)\w*|impossible)\b|\bn[’']"),
    "de": (
        r"\b(?:nicht|nichts|nie|niemals|niemand\w*|kein\w*|ohne|weder|nirgends|nein|statt\w*|"
        r"un(?:möglich|nötig|bekannt|verzichtbar|verändert)\w*)\b"
    ),
    "is": (r"\b(?:ekki|ekkert|eng(?:inn|in|an|um|u|a|ar|ra|ir)|einskis|aldrei|né|án|hvorki|hvergi|nema|nei|ó\w+)\b"),
    "hi": (rf"(?<!{LETTER})(?:नहीं|न|ना|मत|बिना|बग़ैर|बगैर|कभी|नदारद|सिर्फ़|बिल्कुल)(?!{LETTER})"),
    "sw": (
        r"\b(?:si|bila|kamwe|wala|hapana|ha(?:ku|wa|i|zi|li|ya|ki|vi|tu|m|u|pa)\w{2,}|hana|si\w{4,}|\w*si[ow]\w+|"
        r"usi\w+)\b"
    ),
}


@rule("negation", Scope.PAIR, Severity.WARNING)
def negation(pair: Pair, corpus: Corpus) -> Iterator[Finding]:
    """What the source denies is denied here too, and nothing else.

    Told only where it is plain: the source denies two things or more, and nothing here does; or sentence by sentence,
    where one has lost its negation and another has got one.

    Bad: `Ils pouvaient appeler Outlook, ce qui aurait tout réparé.` for `They could not ring Outlook, and ringing would
    not have fixed anything.`
    Good: `Ils ne pouvaient pas appeler Outlook, ce qui n’aurait rien réparé.`
    """
    theirs, ours = _signs(pair.source), _signs(pair.translation)
    if theirs is None or ours is None:
        return
    message = say("what the source denies is not denied here, or something else is")
    hint = say("see which verb each “not” of the source belongs to")
    if sum(theirs) >= 2 and not any(ours):
        yield pair.translation.whole(message, hint)
    elif len(theirs) == len(ours):
        lost = [index for index, (one, other) in enumerate(zip(theirs, ours, strict=True)) if one and not other]
        gained = [index for index, (one, other) in enumerate(zip(theirs, ours, strict=True)) if other and not one]
        if lost and gained:
            yield pair.translation.found(*pair.translation.inline.sentences[gained[0]], message, hint)


def _signs(passage: Passage) -> list[int] | None:
    """Count the negations of each sentence; None where nothing is known of the language."""
    pattern = _pattern(NEGATIONS.get(cldr.parse(passage.locale.code).language, ""))
    if pattern is None:
        return None
    return [len(pattern.findall(passage.prose[slice(*place)])) for place in passage.inline.sentences]
