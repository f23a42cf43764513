"""Translation platforms that want a template for each file: what they are given, and what they give back.

Weblate reads and writes our catalogs as they are, and needs none of this. Crowdin and its like make each translation of
a template anew, with comments, plural forms and dates of their own; so they get a folder for themselves, and only words
come back from it:

    <folder>/en/about.md.pot, site.pot       templates; `en` stands for the source's code
    <folder>/fr/about.md.po, site.po         what is translated and current; what comes back replaces these files
    <folder>/glossary/fr.csv                 terms, for the platform's glossary
"""

from __future__ import annotations

import csv
import gettext
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog as BabelCatalog
from babel.messages.catalog import Message as BabelMessage

from hexapla import catalogs, cldr, glossary, records, speech, translations
from hexapla.config import Locale, Site
from hexapla.problems import Problem, Stop, read_text, say, shown, write_text
from hexapla.publication import Publication
from hexapla.recording import Outcome

MOST_FORMS = 6
"""No language has more plural forms (Unicode CLDR: Arabic and Welsh)."""


def domains(site: Site) -> list[str]:
    """The catalogs of messages that a site has besides its records: of its interface, and of the tool at its home."""
    return [name for name in (catalogs.DOMAIN, speech.DOMAIN) if catalogs.template_path(site, name).is_file()]


# Out


def export(publication: Publication, folder: Path) -> list[Path]:
    """Write templates, translations and glossaries into a folder; give the files that changed.

    What is stale or fuzzy is left out, so that it waits for its translator there as well.
    """
    site = publication.site
    changed = []
    for path in publication.documents[site.source.code]:
        units = translations.pair(publication.document(site.source, path), None, [])
        template = records.render(site, site.source, path, [records.Line(unit.source, None) for unit in units])
        changed += _written(folder / site.source.code / f"{path}.pot", template, None)
        for locale in site.translations:
            if path in publication.documents[locale.code]:
                lines = translations.lines_of(translations.of_document(publication, locale, path))
                fresh = [_current(line) for line in lines if line.source]
                changed += _written(_file(folder, locale, path), records.render(site, locale, path, fresh), locale)
    for name in domains(site):
        messages = catalogs.read(catalogs.template_path(site, name))
        changed += _written(folder / site.source.code / f"{name}.pot", messages, None)
        for locale in site.translations:
            if (file := catalogs.path_of(site, locale, name)).is_file():
                changed += _written(_file(folder, locale, name), _without_fuzzy(catalogs.read(file, locale)), locale)
    ignoring = folder / ".gitignore"  # none of this belongs into the repository
    texts = {ignoring: "*\n"} | {folder / "glossary" / f"{code}.csv": text for code, text in _glossaries(site)}
    return changed + [file for file, text in texts.items() if _is_written(file, text)]


def _file(folder: Path, locale: Locale, name: str) -> Path:
    return folder / locale.code / f"{name}.po"


def _current(line: records.Line) -> records.Line:
    """A line of a record without a translation that follows other words than the present ones."""
    is_stale = line.source and line.follows and line.follows != line.source.text
    return records.Line(line.source, None) if is_stale else line


def _without_fuzzy(catalog: BabelCatalog) -> BabelCatalog:
    for message in catalog:
        if message.id and message.fuzzy:
            message.string = ("",) * len(catalogs.forms_of(message)) if message.pluralizable else ""
            message.flags.discard("fuzzy")
    catalog.obsolete.clear()
    return catalog


def _written(file: Path, catalog: BabelCatalog, locale: Locale | None) -> list[Path]:
    return [file] if catalogs.write(file, catalog, locale) else []


def _is_written(file: Path, text: str) -> bool:
    if file.is_file() and read_text(file) == text:
        return False
    write_text(file, text)
    return True


def _glossaries(site: Site) -> Iterator[tuple[str, str]]:
    """Yield each locale's glossary as CSV: term, rendering, what it means; names have themselves for a rendering.

    The columns are named as Weblate reads them; Crowdin is told their order. Raises Stop where a glossary is wrong.
    """
    found, problems = glossary.load(site)
    if problems:
        raise Stop(problems)
    for locale in site.translations if found.keep or found.terms else ():
        buffer = io.StringIO()
        rows = csv.writer(buffer, lineterminator="\n")
        rows.writerow(["source", "target", "developer_comments"])
        rows.writerows([name, name, "A name: it stays as it is."] for name in found.keep)
        for term, meaning in found.terms.items():
            words = found.renderings.get(locale.code, {}).get(term, ())
            approved = f" Approved: {', '.join(words)}." if words else ""
            rows.writerow([term, words[0].replace("*", "") if words else "", meaning + approved])
        yield locale.code, buffer.getvalue()


# In


def take(publication: Publication, folder: Path) -> Outcome:
    """Put the words that a platform has given back into our catalogs; for `apply` to put them into the Markdown.

    Only msgstr is taken, only where it differs, and no fuzzy one. What has changed follows the present source.
    Raises Stop where there is no such folder.
    """
    site = publication.site
    if not folder.is_dir():
        message = say("there is no such folder")
        hint = say("run: hexapla exchange export %(folder)s, and let the platform write into it", folder=shown(folder))
        raise Stop([Problem(folder, 1, 1, "exchange", message, hint)])
    outcome = Outcome()
    for locale in site.translations:
        top = folder / locale.code
        for file in sorted(top.rglob("*.po")):
            try:
                _take_one(publication, locale, file, file.relative_to(top).as_posix().removesuffix(".po"), outcome)
            except Stop as stop:
                outcome.problems += stop.problems
    return outcome


def _take_one(publication: Publication, locale: Locale, file: Path, name: str, outcome: Outcome) -> None:
    """Take the words of one file. Raises Stop where nothing can be taken."""
    site = publication.site
    if any(one.is_symlink() for one in (file, *list(file.parents)[: name.count("/") + 1])):
        raise Stop([Problem(file, 1, 1, "symlink", say("is a link"), say("put the file itself here"))])
    if name in domains(site):
        own, is_record = catalogs.path_of(site, locale, name), False
    elif name in publication.documents[site.source.code]:
        own, is_record = records.path_of(site, locale, name), True
    else:
        message = say("is the catalog of no document of this site")
        raise Stop([Problem(file, 1, 1, "exchange", message, say("remove it, here and on the platform"))])
    theirs, form_of = _read(file, locale)
    given = {_key(one): one for one in theirs if one.id and not one.fuzzy and _is_complete(one)}
    if not own.is_file():
        if given:
            hint = say("run: hexapla new %(locale)s %(document)s", locale=locale.code, document=name)
            message = say("is translated, and %(file)s is not there yet", file=shown(own))
            raise Stop([Problem(file, 1, 1, "exchange", message, hint)])
        return
    catalog = catalogs.read(own, locale)
    previous = catalogs.previous_of(read_text(own))
    for entry in catalog:
        if former := previous.get(entry.lineno or 0):
            entry.previous_id = [former]  # Babel writes it, and does not read it
        if entry.id and (one := given.pop(_key(entry), None)):
            outcome.problems += _take_words(file, locale, entry, one, form_of, is_record)
    if catalogs.write(own, catalog, locale):
        outcome.changed.append(own)
    for one in given.values():
        message = say("these words translate a text that %(file)s does not hold", file=shown(own))
        hint = say("run: hexapla record %(locale)s, then export and import once more", locale=locale.code)
        outcome.problems.append(Problem(file, one.lineno or 1, 1, "exchange", message, hint))


def _is_complete(message: BabelMessage) -> bool:
    return all(form.strip() for form in catalogs.forms_of(message))


def _key(message: BabelMessage) -> tuple[str, str]:
    return message.context or "", message.id if isinstance(message.id, str) else message.id[0]


def _take_words(
    file: Path, locale: Locale, own: BabelMessage, one: BabelMessage, form_of: Callable[[int], int], is_record: bool
) -> list[Problem]:
    """Put the words of one message into ours, unless they are the same; give what is wrong with them instead.

    What a paragraph may hold is checked in the Markdown that it gets into; a message has no such second look.
    """
    if own.pluralizable != one.pluralizable:
        what = say("has plural forms where its source has none, or the other way round")
        hint = say("upload the templates anew: hexapla exchange export")
        return [Problem(file, one.lineno or 1, 1, "plural-forms", what, hint)]
    words = _fitting(locale, own, one, form_of) if own.pluralizable else one.string
    if words == own.string:
        return []
    changed = BabelMessage(own.id, words, own.locations, (), own.auto_comments, (), own.user_comments)
    changed.lineno = one.lineno
    if not is_record and (problems := list(catalogs.check_message(file, locale, changed))):
        return problems
    own.string, own.previous_id = words, []
    own.flags.discard("fuzzy")
    own.auto_comments = [line for line in own.auto_comments if not line.startswith(records.FOLLOWS)]
    return []


def _fitting(locale: Locale, own: BabelMessage, one: BabelMessage, form_of: Callable[[int], int]) -> tuple[str, ...]:
    """Give a counting message's forms as our language rules have them, whatever rules the platform has.

    A form of theirs that stands for several of ours replaces them only where it is none of them.
    """
    theirs = catalogs.forms_of(one)
    samples = {cldr.plural_index(number, locale.code): number for number in cldr.plural_samples(locale.code).values()}
    ours = list(catalogs.forms_of(own))
    ours += [""] * (len(samples) - len(ours))
    groups: dict[int, list[int]] = {}
    for index, number in samples.items():
        groups.setdefault(form_of(number), []).append(index)
    for form, indexes in groups.items():
        words = theirs[form] if form < len(theirs) else ""
        if words and words not in [ours[index] for index in indexes]:
            for index in indexes:
                ours[index] = words
        for index in indexes:
            ours[index] = ours[index] or words
    return tuple(ours)


def _read(file: Path, locale: Locale) -> tuple[BabelCatalog, Callable[[int], int]]:
    """Read a platform's catalog, whose plural rule is its own; give it, and the rule.

    Raises Stop where it is in another language, where its rule is none, or where it is no catalog.
    """
    fields = catalogs.header_of(read_text(file))
    language, line = fields.get("language", ("", 1))
    if language and re.split(r"[-_@.]", language)[0].lower() != re.split(r"[-_]", locale.code)[0].lower():
        message = say("%(name)s is %(value)s", name="Language", value=ascii(language)[:40])
        hint = say("write: %(line)s", line=f"Language: {locale.code}")
        raise Stop([Problem(file, line, 1, "po-header", message, hint)])
    forms, line = fields.get("plural-forms", (cldr.plural_forms(locale.code), 1))
    match = re.fullmatch(r"nplurals\s*=\s*(\d)\s*;\s*plural\s*=\s*([^;]+);?\s*", forms)
    try:
        if not match or not 1 <= int(match[1]) <= MOST_FORMS:
            raise ValueError
        rule = gettext.c2py(match[2])
        for number in cldr.plural_samples(locale.code).values():
            rule(number)  # a rule that divides by zero does so here
    except (ValueError, RecursionError, ArithmeticError):
        message = say("is no rule for plural forms: %(forms)s", forms=ascii(forms)[:60])
        hint = say("write: %(line)s", line=f"Plural-Forms: {cldr.plural_forms(locale.code)}")
        raise Stop([Problem(file, line, 1, "po-header", message, hint)]) from None
    return catalogs.read(file), rule
