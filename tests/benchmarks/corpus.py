"""A site of any size in six languages and scripts: python3 -m tests.benchmarks.corpus FOLDER COUNT [--stock]

Each article has about 600 words, made of small sentences that mean the same in every language (words.toml). All versions
have the same skeleton, and are in step with their source. Villages have invented names, so that titles, texts and
search indexes vary as those of real articles do. The same count gives the same bytes. `--stock` writes the same
documents for MkDocs, Material and static-i18n as they come, without our plugin, templates and catalogs.
"""

from __future__ import annotations

import argparse
import functools
import random
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from hexapla import catalogs, config, content, records, workers
from hexapla.config import Site
from hexapla.records import Line

from tests.conftest import ROOT

CODES = ("en", "fr", "de", "is", "hi", "sw")
LISTED = 20
"""So many articles does the home page list; each article leads to the next one besides."""

SPAN = 7
"""So many villages has an article: its own, and one for each of its six sections."""

SYLLABLES = [
    syllable.split("=")
    for syllable in (
        "ma=मा ro=रो li=ली ve=वे ta=ता no=नो ki=की du=दू sa=सा re=रे pi=पी lo=लो ga=गा me=मे ni=नी tu=तू ba=बा de=दे "
        "ri=री mo=मो la=ला se=से di=दी nu=नू"
    ).split()
]
"""What names of villages are made of, in Latin and Devanagari letters."""

STOCK = """\
site_name: Hexapla
site_description: One article in six languages, and the open tool that builds it.
site_url: https://hexapla.example/

theme:
  name: material
  custom_dir: overrides

"""
"""How the configuration for MkDocs, Material and static-i18n begins; the languages follow."""


@dataclass(frozen=True)
class Sentence:
    """What a sentence says in every language: an index into each list of words. `village` is a name's number, or none."""

    who: int
    do: int
    what: int
    where: int
    when: int
    why: int
    village: int | None


@dataclass(frozen=True)
class Language:
    """The words and the forms of sentences of a language."""

    code: str
    words: Mapping[str, list[str]]

    def say(self, one: Sentence) -> str:
        """Write a sentence; every third gives a reason."""
        where = self.fill("village", name=self.name(one.village)) if one.village is not None else ""
        picked = {key: self.words[key][getattr(one, key)] for key in ("who", "do", "what", "where", "when", "why")}
        return self.fill("reason" if one.when % 3 == 0 else "plain", **picked | ({"where": where} if where else {}))

    def title(self, number: int) -> str:
        """Name an article, or a part of one, after its village."""
        return self.fill("title", who=self.words["who"][number % len(self.words["who"])], name=self.name(number))

    def name(self, number: int) -> str:
        """Invent the name of a village; different numbers have different names."""
        count = len(SYLLABLES)
        first, rest = (number * 5003 + 7777) % count**3, number // count**3  # 5003 is prime to 24
        digits = [first // count**2, first // count % count, first % count]
        while rest:
            digits.append(rest % count)
            rest //= count
        return "".join(SYLLABLES[digit][self.code == "hi"] for digit in digits).capitalize()

    def fill(self, form: str, **values: str) -> str:
        """Put words into a form of this language."""
        return self.words[form][0].format_map(values)


@functools.cache
def language(code: str) -> Language:
    """Read a language's words."""
    with Path(__file__).with_name("words.toml").open("rb") as file:
        lists = tomllib.load(file)[code]
    return Language(code, {key: [word.strip() for word in text.split("|")] for key, text in lists.items()})


def sentences(number: int) -> Iterator[Sentence]:
    """Say what an article says, sentence by sentence, without end. Words come again only when all others had their turn."""
    chance = random.Random(number)
    sizes = {key: len(language("en").words[key]) for key in ("who", "do", "what", "where", "when", "why")}
    decks = {key: Deck(size, chance) for key, size in sizes.items()}
    while True:
        village = chance.randrange(SPAN * 1000) if chance.random() < 0.2 else None
        yield Sentence(village=village, **{key: deck.draw() for key, deck in decks.items()})


class Deck:
    """The numbers below a size, shuffled; when all are drawn, it begins anew."""

    def __init__(self, size: int, chance: random.Random) -> None:
        self.size, self.chance, self.left = size, chance, list[int]()

    def draw(self) -> int:
        """Take the next."""
        if not self.left:
            self.left = self.chance.sample(range(self.size), self.size)
        return self.left.pop()


def article(code: str, number: int, count: int) -> str:
    """Write an article in a language: front matter, six sections, a list, a table, code, links."""
    own, said = language(code), sentences(number)
    first = number * SPAN
    meta = {"title": own.title(first), "description": own.say(next(said))}
    if code == "en":
        meta |= source_meta(number, count)

    def paragraph(length: int) -> str:
        return " ".join(own.say(one) for one in take(said, length))

    def see(other: int, section: int = 0) -> str:
        village = other * SPAN + section
        return own.fill("see", link=f"[{own.title(village)}]({slug(other)}.md#{anchor(village)})")

    def heading(section: int) -> str:
        village = first + section
        return f"{'##' if section else '#'} {own.title(village)} {{ #{anchor(village)} }}"

    def table() -> str:
        when, where = own.words["header"]
        rows = [f"| {own.words['when'][one.when]} | {own.words['where'][one.where]} |" for one in take(said, 4)]
        return "\n".join([f"| {when} | {where} |", "| --- | --- |", *rows])

    near, far = (number + 1) % count, (number + 7) % count
    parts = [
        heading(0),
        paragraph(5),
        heading(1),
        paragraph(4),
        paragraph(4) + " " + see(near),
        heading(2),
        paragraph(3),
        "\n".join(f"- {own.say(one)}" for one in take(said, 4)),
        heading(3),
        f"*{own.say(next(said))}* {paragraph(3)} {see(far, 2)}",
        table(),
        heading(4),
        paragraph(4),
        f'```python\nvillage = "{language("en").name(first)}"\nprint(village, len(village))\n```',
        paragraph(4),
        heading(5),
        f"> {paragraph(2)}",
        f"**{own.say(next(said))}** {paragraph(4)}",
        heading(6),
        paragraph(6),
    ]
    return front_matter(meta) + "\n\n".join(parts) + "\n"


def take(said: Iterator[Sentence], count: int) -> list[Sentence]:
    """Take some sentences."""
    return [next(said) for _ in range(count)]


def source_meta(number: int, count: int) -> dict[str, str]:
    """What only the source's front matter says: dates; in some articles a category, and what else to read."""
    day = date(2020, 1, 1) + timedelta(days=number)
    meta = {"date": str(day), "updated": str(day + timedelta(days=number % 100))}
    if number % 3 == 0:
        meta["category"] = "content-marketing"
    if number % 4 == 0 and count > 1:
        meta["related"] = f"\n  - articles/{slug((number + 3) % count)}.md"
    return meta


def home(code: str, count: int) -> str:
    """Write the home page of a language: a paragraph, and a list of articles."""
    own, said = language(code), sentences(-1)
    title = own.words["home"][0]
    meta = {"title": title, "description": own.say(next(said))}
    items = [f"- [{own.title(number * SPAN)}](articles/{slug(number)}.md)" for number in range(min(count, LISTED))]
    text = " ".join(own.say(one) for one in take(said, 4))
    return front_matter(meta) + f"# {title} {{ #home }}\n\n{text}\n\n" + "\n".join(items) + "\n"


def front_matter(meta: Mapping[str, str]) -> str:
    """Write front matter."""
    return "---\n" + "".join(f"{key}: {value}\n".replace(": \n", ":\n") for key, value in meta.items()) + "---\n\n"


def slug(number: int) -> str:
    """The name of an article's file."""
    return f"{number:04}"


def anchor(village: int) -> str:
    """The id of a heading, the same in all languages."""
    return language("en").name(village).lower()


def write(root: Path, count: int, codes: tuple[str, ...] = CODES) -> None:
    """Write a site for our tool into an empty or new folder: configuration, templates, catalogs, documents, records."""
    write_documents(root, count, codes)
    shutil.copytree(ROOT / "overrides", root / "overrides")
    shutil.copytree(ROOT / "locales", root / "locales", ignore=shutil.ignore_patterns("*.md.po", "hexapla.*", "*.toml"))
    for folder in (root / "locales").iterdir():
        if folder.is_dir() and folder.name not in codes:
            shutil.rmtree(folder)
    (root / "mkdocs.yml").write_text(configuration(codes), encoding="utf-8")
    write_records(config.load(str(root / "mkdocs.yml")))


def write_stock(root: Path, count: int, codes: tuple[str, ...] = CODES) -> None:
    """Write the same documents for MkDocs, Material and static-i18n. Material has no Swahili: it gets our partial."""
    write_documents(root, count, codes)
    partial = Path("overrides", "partials", "languages", "sw.html")
    (root / partial).parent.mkdir(parents=True)
    shutil.copy(ROOT / partial, root / partial)
    text = configuration(codes)
    languages = text[text.index("plugins:") : text.index("  - hexapla")]
    extensions = text[text.index("markdown_extensions:") : text.index("validation:")]
    (root / "mkdocs.yml").write_text(f"{STOCK}{languages}\n{extensions}", encoding="utf-8")


def configuration(codes: tuple[str, ...]) -> str:
    """Make a configuration of the publication's: without what only the publication has, and with these locales only."""
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    top, languages = (
        text[: text.index("        - locale: ")],
        text[text.index("        - locale: ") : text.index("  - hexapla:")],
    )
    kept = [one for one in languages.split("        - locale: ") if one[:2] in codes]
    plugins = "".join(f"        - locale: {one}" for one in kept) + "  - hexapla\n\n"
    rest = text[text.index("markdown_extensions:") :].replace("notice_page: comment-data.md", "notice_page:")
    return top + plugins + rest


def write_documents(root: Path, count: int, codes: tuple[str, ...] = CODES) -> None:
    """Write docs/: a home page and so many articles in each locale."""
    for code in codes:
        folder = root / "docs" / code / "articles"
        folder.mkdir(parents=True)
        (folder.parent / "index.md").write_text(home(code, count), encoding="utf-8")
        for number in range(count):
            (folder / f"{slug(number)}.md").write_text(article(code, number, count), encoding="utf-8")


def write_records(site: Site) -> None:
    """Record that every translation follows its source: what `hexapla record` does, without looking for what differs."""
    folder = site.docs_dir / site.source.code
    paths = [(path.relative_to(folder).as_posix(),) for path in sorted(folder.rglob("*.md"))]
    workers.each(write_record, site, paths)


def write_record(site: Site, path: str) -> None:
    """Record the translations of a document."""
    source = content.read(site.docs_dir / site.source.code / path)
    for locale in site.translations:
        translation = content.read(site.docs_dir / locale.code / path)
        lines = [Line(*pair) for pair in zip(source.segments, translation.segments, strict=True)]
        file = records.path_of(site, locale, path)
        catalogs.write(file, records.render(site, locale, path, lines), locale)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--stock", action="store_true")
    chosen = parser.parse_args()
    (write_stock if chosen.stock else write)(chosen.folder, chosen.count)
