"""Start a locale, or a document in a locale: everything that a translator needs to begin, and nothing to decide."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from hexapla import catalogs, cldr, config, content, publication, records, rules_site, translations
from hexapla.config import DEFAULT_THEME_DIR, Locale, Site, guess
from hexapla.problems import Problem, Stop, read_exact, say, shown, write_text
from hexapla.publication import Publication


@dataclass(frozen=True)
class Started:
    """The files that were written, and what to do next, a sentence each."""

    files: tuple[Path, ...]
    steps: tuple[str, ...]


def locale(site: Site, code: str) -> Started:
    """Add a locale: to mkdocs.yml, as a folder with its home page, with catalogs, and the theme's words if it has none.

    Raises Stop where the code is unknown or taken, or where mkdocs.yml is written in a way that cannot be added to.
    """
    key = "plugins.i18n.languages"
    try:
        cldr.parse(code)
    except ValueError as error:
        known = [name.replace("_", "-") for name in cldr.known_codes()]
        raise Stop([site.problem(key, "locale", str(error), guess(code, known))]) from None
    if code in [one.code for one in site.locales]:
        message = say("the locale %(code)s is there already", code=code)
        hint = say("start a document instead: hexapla new %(code)s about.md", code=code)
        raise Stop([site.problem(key, "locale", message, hint)])
    text = _with_language(site, code)
    for one in site.translations:  # all that is read below is read before anything is written
        if (path := catalogs.path_of(site, one)).is_file():
            catalogs.read(path, one)
    added = Locale(code, is_source=False)
    files = [site.config_file]
    partial = _partial(site, added)
    found = publication.read(site)
    home = next((path for path in ("index.md", "README.md") if found.document(site.source, path)), "index.md")
    has_home = any((site.docs_dir / code / path).exists() for path in ("index.md", "README.md"))
    own_files = [] if has_home else list(document(found, added, home).files)
    if partial:
        path, words = partial
        write_text(path, words)
        files.append(path)
    write_text(site.config_file, text)
    files += own_files
    files += [path for path in catalogs.update(config.load(str(site.config_file))) if path not in files]
    steps = [
        f"Translate {shown(site.docs_dir / code / home)}; start further pages with: hexapla new {code} PATH",
        f"Translate the words of the interface: {shown(catalogs.path_of(site, added))}",
        f"Look at it: hexapla serve {code}",
        f"When a page is translated: hexapla record {code}",
    ]
    if partial:
        steps.insert(2, f"Translate the words of the theme: {shown(partial[0])}")
    return Started(tuple(files), tuple(steps))


def _with_language(site: Site, code: str) -> str:
    """The text of mkdocs.yml with one more language at the end of its list; everything else stays as it is."""
    text = read_exact(site.config_file)
    node = yaml.compose(text, Loader=config.Loader)
    for name in ("plugins", "i18n", "languages"):
        node = _child(node, name)
    if not isinstance(node, yaml.SequenceNode) or node.flow_style or not node.value:
        message = say("the list of languages is not written with a line for each")
        hint = say("add it by hand: - {locale: %(code)s, name: %(name)s}", code=code, name=cldr.language_name(code))
        raise Stop([site.problem("plugins.i18n.languages", "locale", message, hint)])
    last = node.value[-1]
    while not isinstance(last, yaml.ScalarNode) and not last.flow_style and last.value:
        item = last.value[-1]
        last = item[1] if isinstance(item, tuple) else item
    end = text.find("\n", last.end_mark.index)
    end = len(text) if end < 0 else end + 1
    first = node.value[0].start_mark
    line_start = text.rfind("\n", 0, first.index) + 1
    dash = re.match(r" *- *", text[line_start:])
    lead = dash.group() if dash else "- "
    name = yaml.safe_dump(cldr.language_name(code), allow_unicode=True).splitlines()[0]
    newline = "\r\n" if "\r\n" in text else "\n"
    entry = f"{lead}locale: {yaml.safe_dump(code).splitlines()[0]}{newline}{' ' * len(lead)}name: {name}{newline}"
    changed = text[:end] + ("" if text[:end].endswith("\n") else newline) + entry + text[end:]
    yaml.compose(changed, Loader=config.Loader)  # never write what could not be read again
    return changed


def _child(node: yaml.Node | None, name: str) -> yaml.Node | None:
    """The value of a key in a mapping, or of the mapping of that name in a list (as plugins are written)."""
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == name), None)
    if isinstance(node, yaml.SequenceNode):
        return next((found for item in node.value if (found := _child(item, name)) is not None), None)
    return None


def _partial(site: Site, added: Locale) -> tuple[Path, str] | None:
    """The file with the theme's words that the locale needs, where the theme has none, still in English."""
    if site.theme != "material" or rules_site.has_partial(site, added.code):
        return None
    source = next(folder / "partials/languages/en.html" for folder in rules_site.theme_folders())
    words = source.read_text(encoding="utf-8")
    words = re.sub(r"\A\{#-.*?-#\}\n", "", words, flags=re.DOTALL)
    words = words.replace('"language": "en"', f'"language": "{added.tag}"')
    words = words.replace('"direction": "ltr"', f'"direction": "{added.direction}"')
    if not site.custom_dir:
        message = say(
            "Material for MkDocs has no words in %(name)s, and there is no folder to put them into", name=added.name
        )
        hint = say("add to theme: custom_dir: %(folder)s", folder=DEFAULT_THEME_DIR)
        raise Stop([site.problem("theme", "theme-partial", message, hint)])
    return site.custom_dir / "partials" / "languages" / f"{added.code}.html", words


def document(found: Publication, own: Locale, path: str) -> Started:
    """Start a document: a copy of its source without what is inherited. Words that are still the source's count as
    missing, so that the page shows honestly what is translated.

    Raises Stop where there is no such source, or where the translation is there already.
    """
    site = found.site
    source = found.document(site.source, path)
    target = site.docs_dir / own.code / path
    if source is None:
        hint = guess(path, list(found.documents[site.source.code]))
        raise Stop(
            [Problem(site.docs_dir / site.source.code / path, 1, 1, "no-source", say("there is no such source"), hint)]
        )
    if target.exists():
        hint = say("edit it, or see what changed in its original: hexapla diff %(target)s", target=shown(target))
        raise Stop([Problem(target, 1, 1, "new", say("this translation is there already"), hint)])
    words = {segment.key: segment.text for segment in source.words}
    front = yaml.safe_dump(words, allow_unicode=True, sort_keys=False, width=10**9) if words else ""
    body = source.body.replace("\r\n", "\n").replace("\r", "\n")
    text = f"---\n{front}---\n{body}" if front else body
    units = translations.pair(source, content.parse(target, text), [])
    write_text(target, text)
    # Nothing is translated yet, not even a name that may well stay as it is.
    record = records.path_of(site, own, path)
    records.write(site, own, path, [records.Line(unit.source, None) for unit in units])
    return Started((target, record), (f"Translate {shown(target)}, then: hexapla record {shown(target)}",))


def document_of(site: Site, own: Locale, name: str) -> str:
    """The path of a document below its locale's folder, from what the user typed: `about.md` or `docs/en/about.md`."""
    given = config.absolute(Path(name))
    for one in (site.source, own):
        if given.is_relative_to(site.docs_dir / one.code):
            return given.relative_to(site.docs_dir / one.code).as_posix()
    return Path(name).as_posix()
