"""mkdocs.yml, as far as this project needs it: a Site with its Locales, each value with its place in the file.

MkDocs is not imported, so that reading, checking and reporting outlive it; MkDocs reads the same file once more
when it builds.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import yaml
import yaml_env_tag

from hexapla import cldr
from hexapla.problems import Problem, Severity, Stop, Text, read_text, say, shown

DEFAULT_NAMES = ("mkdocs.yml", "mkdocs.yaml")
"""What MkDocs looks for when no file is named."""

DEFAULT_THEME_DIR = "overrides"
"""What Material's documentation calls the folder of a site's own templates."""


EVERYTHING = "*"
"""Whose reviewers are the maintainers."""

REVIEWER = re.compile(
    r"@[A-Za-z0-9][A-Za-z0-9_-]{0,98}(?:/[A-Za-z0-9_][A-Za-z0-9_.-]{0,98})?"  # @name, @org/team
    r"|[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+"  # an e-mail address
)
"""How CODEOWNERS names somebody. Nothing else is let in: the names come to stand in a file of rules."""


class Place(NamedTuple):
    """A place in a text, both numbers counting from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Locale:
    """One language of a site.

    `code` is as in mkdocs.yml, and is the name of its folder in docs/; `place` is where mkdocs.yml lists it.
    """

    code: str
    is_source: bool
    place: Place = field(default=Place(1, 1), compare=False, repr=False)

    @cached_property
    def tag(self) -> str:
        """The BCP 47 tag, for `lang` and `hreflang`."""
        return cldr.language_tag(self.code)

    @cached_property
    def name(self) -> str:
        """The language's name in itself."""
        return cldr.language_name(self.code)

    @cached_property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return str(cldr.parse(self.code).text_direction)

    @cached_property
    def folder(self) -> str:
        """Where its pages are below the site's root: empty for the source, else `fr/`."""
        return "" if self.is_source else f"{self.code}/"


class Author(NamedTuple):
    """Somebody whose card a page shows. `role` and `bio` are messages, translated through the catalogs."""

    name: str
    url: str = ""
    role: str = ""
    bio: str = ""


@dataclass(frozen=True)
class Comments:
    """How the comment form reaches a service; no `action` means that the form is shown but disabled."""

    action: str = ""
    spam_filter: str = ""
    notice_page: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    hidden: Mapping[str, str] = field(default_factory=dict)


class Policy(NamedTuple):
    """What may be published in a locale: a document of which less than `publish` percent of the words are current is
    shown in the source's language; 0 publishes everything. `stale` is the severity of a stale paragraph for
    `hexapla check`, where it is not the usual one."""

    publish: int = 0
    stale: str = ""


class Message(NamedTuple):
    """A string of mkdocs.yml that readers see, and that the catalogs therefore translate."""

    text: str
    comment: str
    place: Place


@dataclass(frozen=True)
class Site:
    """A publication, as its mkdocs.yml describes it. All paths are absolute.

    `reviewers` are names as code hosts have them, by the code of the locale that they look after; those of EVERYTHING
    look after the rest. `config_files` are mkdocs.yml and what it inherits.
    """

    config_file: Path
    config_files: tuple[Path, ...]
    docs_dir: Path
    site_dir: Path
    custom_dir: Path | None
    theme: str
    site_name: str
    site_description: str
    site_url: str
    use_directory_urls: bool
    locales: tuple[Locale, ...]
    categories: Mapping[str, str]
    authors: Mapping[str, Author]
    comments: Comments
    notice: str
    front_matter: frozenset[str]
    policies: Mapping[str, Policy]
    reviewers: Mapping[str, tuple[str, ...]]
    messages: tuple[Message, ...]
    plugins: frozenset[str]
    markdown_extensions: Mapping[str, Any] = field(repr=False)
    severities: Mapping[tuple[str, str], Severity]
    localized_links: Mapping[str, str]
    has_rules_page: bool
    places: Mapping[str, Place] = field(repr=False)

    @property
    def root(self) -> Path:
        """The folder of mkdocs.yml."""
        return self.config_file.parent

    @property
    def repository(self) -> Path:
        """The top of the repository: the nearest folder with a `.git`; the site's own where it is in none."""
        folders = (self.root, *self.root.parents)
        return next((folder for folder in folders if (folder / ".git").exists()), self.root)

    @property
    def catalogs_dir(self) -> Path:
        """The folder of the gettext catalogs."""
        return self.root / "locales"

    @property
    def has_comments(self) -> bool:
        """Whether mkdocs.yml says anything about comments."""
        return "extra.comments" in self.places

    @cached_property
    def source(self) -> Locale:
        """The locale that the others are translated from: the default language of the plugin `i18n`."""
        return next(locale for locale in self.locales if locale.is_source)

    @property
    def translations(self) -> tuple[Locale, ...]:
        """All locales but the source."""
        return tuple(locale for locale in self.locales if not locale.is_source)

    def severity(self, rule: str, locale: str, default: Severity) -> Severity:
        """What a problem of a rule means in a locale: what mkdocs.yml says of both, or of the rule, or the default."""
        for key in ((rule, locale), (rule, "")):
            if key in self.severities:
                return self.severities[key]
        policy = self.policies.get(locale)
        return Severity(policy.stale) if rule == "stale" and policy and policy.stale else default

    def policy(self, locale: Locale) -> Policy:
        """What may be published in a locale."""
        return self.policies.get(locale.code, Policy())

    def locale(self, code: str) -> Locale:
        """Find a locale by its code. Raises Stop, guessing what was meant, where there is none."""
        for locale in self.locales:
            if locale.code == code:
                return locale
        codes = [locale.code for locale in self.locales]
        message = say("there is no locale %(code)s in this configuration", code=repr(code))
        raise Stop([self.problem("plugins.i18n.languages", "locale", message, guess(code, codes))])

    def place(self, key: str) -> Place:
        """Where a key such as `extra.comments.action` stands in mkdocs.yml, or its nearest parent that is there."""
        while key and key not in self.places:
            key = key.rpartition(".")[0]
        return self.places.get(key, Place(1, 1))

    def problem(self, key: str, rule: str, message: str, hint: str) -> Problem:
        """Make a problem at the place of a key of mkdocs.yml."""
        return Problem(self.config_file, *self.place(key), rule, message, hint)


def guess(word: str, words: list[str]) -> str:
    """Turn a list of possible words into a hint: the nearest one, or all of them where they are few."""
    near = difflib.get_close_matches(word, words, n=1)
    if near:
        return say("did you mean %(word)s?", word=repr(near[0]))
    if len(words) <= 12:
        return say("use one of: %(words)s", words=", ".join(words))
    return say("check the spelling; nothing known is like it")


def absolute(path: Path) -> Path:
    """Make a path absolute, without `..` in it, and without following links."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links


def find(config_file: str | None) -> Path:
    """Give the configuration file that MkDocs would use. Raises Stop where there is none."""
    if config_file:
        path = Path(config_file)
    else:
        path = next((Path(name) for name in DEFAULT_NAMES if Path(name).is_file()), Path(DEFAULT_NAMES[0]))
    if not path.is_file():
        hint = say("run this in the folder of mkdocs.yml, or name the file with --config-file")
        raise Stop([Problem(path, 1, 1, "config", say("there is no such file"), hint)])
    return absolute(path)


def load(config_file: str | None = None) -> Site:
    """Read a configuration. Raises Stop, with everything that is wrong with it."""
    site, problems = examine(config_file)
    if problems:
        raise Stop(problems)
    return site


def examine(config_file: str | None = None) -> tuple[Site, list[Problem]]:
    """Read a configuration as far as that is possible; give the site without what is wrong, and what is wrong.

    Raises Stop where so much is wrong that no site can be made: unreadable, or no source locale.
    """
    path = find(config_file)
    places: dict[str, Place] = {}
    files: list[Path] = []
    data = _read_mapping(path, places, files)
    reader = _Reader(path, data, places)
    site = Site(
        config_file=path,
        config_files=tuple(files),
        docs_dir=reader.folder("docs_dir", "docs"),
        site_dir=reader.folder("site_dir", "site"),
        custom_dir=reader.folder("theme.custom_dir", "") if reader.get("theme.custom_dir") else None,
        theme=reader.text("theme.name") if isinstance(data.get("theme"), dict) else reader.text("theme", "mkdocs"),
        site_name=reader.text("site_name"),
        site_description=reader.text("site_description"),
        site_url=reader.site_url(),
        use_directory_urls=reader.get("use_directory_urls") is not False,
        locales=reader.locales(),
        categories=reader.texts("extra.categories"),
        authors=reader.authors(),
        comments=reader.comments(),
        notice=reader.text("extra.notice"),
        front_matter=frozenset(reader.strings("plugins.hexapla.front_matter")),
        policies=reader.policies(),
        reviewers=reader.reviewers(),
        messages=tuple(reader.messages()),
        plugins=frozenset(reader.mapping("plugins")),
        markdown_extensions=reader.extensions(),
        severities=reader.severities(),
        localized_links=reader.texts("plugins.hexapla.localized_links"),
        has_rules_page=reader.get("plugins.hexapla.rules_page") is True,
        places=places,
    )
    reader.problems += _misplaced(site)
    if sum(locale.is_source for locale in site.locales) != 1:
        raise Stop(reader.problems)
    return site, reader.problems


def _misplaced(site: Site) -> Iterator[Problem]:
    """Tell of a place for the built site where it would replace, or be among, what it is built from."""
    sources = (site.config_file, site.docs_dir, site.catalogs_dir, site.custom_dir, site.root / ".cache")
    for path in sources:
        if not path or not (path.is_relative_to(site.site_dir) or site.site_dir.is_relative_to(path)):
            continue
        message = say("the built site cannot be put there: %(name)s is there", name=shown(path))
        hint = say("name a folder of its own, such as: site_dir: site")
        yield site.problem("site_dir", "config", message, hint)
        return


class Loader(yaml.SafeLoader):
    """YAML as MkDocs reads it: `!ENV` works, and tags that name Python objects are passed over."""


Loader.add_constructor("!ENV", yaml_env_tag.construct_env_tag)
Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: None)
Loader.add_multi_constructor("!", lambda loader, suffix, node: None)


def _read_mapping(path: Path, places: dict[str, Place], files: list[Path]) -> dict[str, Any]:
    """Read a YAML mapping, following `INHERIT` as MkDocs does.

    The places of keys are put into `places`, the files that were read into `files`.
    """
    text = read_text(path)
    files.append(path)
    try:
        loader = Loader(text)
        node = loader.get_single_node()
        data = loader.construct_document(node) if node else None
    except yaml.MarkedYAMLError as error:
        raise Stop([yaml_problem(path, error)]) from None
    except yaml.reader.ReaderError as error:
        message = say("has a character that YAML does not allow: %(code)s", code=f"#x{error.character:04x}")
        line = text.count("\n", 0, error.position) + 1
        raise Stop([Problem(path, line, 1, "config", message, say("remove the character"))]) from None
    except (ValueError, RecursionError) as error:  # no day of a calendar, a thousand brackets
        message = say("cannot be read: %(reason)s", reason=str(error))
        hint = say("check its values, dates and special characters")
        raise Stop([Problem(path, 1, 1, "config", message, hint)]) from None
    if not isinstance(data, dict):
        message = say("holds no settings: a YAML mapping is expected")
        raise Stop([Problem(path, 1, 1, "config", message, say("start with: site_name: My site"))])
    own: dict[str, Place] = {}
    assert node is not None
    _collect_places(node, "", own)
    if isinstance(parent := data.pop("INHERIT", None), str):
        file = absolute(path.parent / parent)
        if file in files:
            message = say("%(name)s inherits itself", name=file.name)
            raise Stop([Problem(path, *own["INHERIT"], "config", message, say("remove one of the lines INHERIT"))])
        parent_places: dict[str, Place] = {}
        inherited = _read_mapping(file, parent_places, files)
        data = _merge(inherited, data)
    places.update(own)
    _name_plugins(data, places)
    return data


_YAML_SAYS = {
    "mapping values are not allowed here": say("a value with ': ' in it needs quotation marks around it"),
    "found unexpected end of stream": say("this quotation mark is never closed"),
    "could not find expected ':'": say("a colon, or the space behind a dash, is missing in this line"),
    "expected <block end>": say("a line is indented otherwise than those around it"),
    "expected '<document start>'": say("a line before this one is indented otherwise than this one"),
}
"""What PyYAML says most often, in words for people who have never heard of YAML; looked for within its own words."""


def yaml_problem(path: Path, error: yaml.MarkedYAMLError, first_line: int = 0, rule: str = "config") -> Problem:
    """Turn YAML's complaint into a problem; `first_line` is the number of lines before the YAML in its file."""
    mark = error.problem_mark or error.context_mark
    if str(error.context).startswith(("while scanning a quoted scalar", "while scanning a simple key")):
        mark = error.context_mark  # it begins there, and only its end was missed
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    reason = error.problem or error.context or "cannot be read"
    # What we say ourselves stays translatable; YAML's own words come on several lines at times.
    known = next((text for words, text in _YAML_SAYS.items() if words in str(reason)), None)
    what = reason if isinstance(reason, Text) else known or re.sub(r"\s+", " ", str(reason))
    hint = say("check quotation marks, colons and indentation; quote a value that contains ': '")
    return Problem(path, first_line + line, column, rule, say("is not valid YAML: %(what)s", what=what), hint)


def _merge(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Merge mappings as MkDocs does for INHERIT: mappings recursively, everything else replaced."""
    merged = dict(base)
    for key, value in own.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged


def _collect_places(node: yaml.Node, prefix: str, places: dict[str, Place], around: tuple[yaml.Node, ...] = ()) -> None:
    """Note where each value stands, under dotted keys; items of a list are numbered from 0.

    `around` are the nodes that a node stands in: an alias may name one of them.
    """
    if node in around:
        return
    around += (node,)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = f"{prefix}.{key.value}" if prefix else str(key.value)
            places[name] = Place(key.start_mark.line + 1, key.start_mark.column + 1)
            _collect_places(value, name, places, around)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            name = f"{prefix}.{index}"
            places[name] = Place(value.start_mark.line + 1, value.start_mark.column + 1)
            _collect_places(value, name, places, around)


def _name_plugins(data: dict[str, Any], places: dict[str, Place]) -> None:
    """Make the list of plugins a mapping from name to options, and give its places their names too."""
    plugins = data.get("plugins")
    if not isinstance(plugins, list):
        return
    named: dict[str, Any] = {}
    for index, item in enumerate(plugins):
        name, options = next(iter(item.items())) if isinstance(item, dict) and item else (item, {})
        named[str(name)] = options if isinstance(options, dict) else {}
        old = f"plugins.{index}"
        for key, place in list(places.items()):
            if key == old or key.startswith(f"{old}."):
                places[f"plugins.{str(name) + key.removeprefix(f'{old}.{name}').removeprefix(old)}"] = place
    data["plugins"] = named


class _Reader:
    """Takes values out of the mapping, noting everything that is wrong instead of stopping at the first."""

    def __init__(self, path: Path, data: dict[str, Any], places: dict[str, Place]) -> None:
        self.path = path
        self.data = data
        self.places = places
        self.problems: list[Problem] = []

    def get(self, key: str) -> Any:
        """Look up a dotted key; None where it is missing."""
        value: Any = self.data
        for part in key.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return value

    def report(self, key: str, message: str, hint: str, rule: str = "config") -> None:
        while key and key not in self.places:
            key = key.rpartition(".")[0]
        place = self.places.get(key, Place(1, 1))
        self.problems.append(Problem(self.path, *place, rule, message, hint))

    def text(self, key: str, default: str = "") -> str:
        value = self.get(key)
        if value is None:
            return default
        if isinstance(value, dict | list):
            self.report(
                key, say("%(key)s must be a text", key=key), say("write %(key)s: and a text on the same line", key=key)
            )
            return default
        return str(value)

    def mapping(self, key: str) -> dict[str, Any]:
        value = self.get(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.report(
                key,
                say("%(key)s must be a mapping", key=key),
                say("write its entries as 'key: value' below %(key)s:", key=key),
            )
            return {}
        return {str(name): item for name, item in value.items()}

    def texts(self, key: str) -> dict[str, str]:
        found = {}
        for name, value in self.mapping(key).items():
            if isinstance(value, dict | list):
                self.report(
                    f"{key}.{name}",
                    say("%(key)s.%(name)s must be a text", key=key, name=name),
                    say("write %(name)s: and a text on the same line", name=name),
                )
            else:
                found[name] = "" if value is None else str(value)
        return found

    def strings(self, key: str) -> list[str]:
        value = self.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.report(
                key,
                say("%(key)s must be a list", key=key),
                say("write its entries as '- value' below %(name)s:", name=key.split(".")[-1]),
            )
            return []
        return [str(item) for item in value]

    def folder(self, key: str, default: str) -> Path:
        return absolute(self.path.parent / self.text(key, default))

    def site_url(self) -> str:
        url = self.text("site_url")
        if not re.match(r"https?://[^/\s]+", url):
            self.report(
                "site_url",
                say("site_url is needed: alternates, sitemaps and feeds hold absolute addresses"),
                say("add the address that the site will have, for example: site_url: https://example.org/"),
            )
        return url.rstrip("/") + "/"

    def locales(self) -> tuple[Locale, ...]:
        key = "plugins.i18n.languages"
        if "hexapla" not in self.mapping("plugins"):
            self.report("plugins", say("the plugin hexapla is not configured"), say("add below plugins: - hexapla"))
        if "i18n" not in self.mapping("plugins"):
            self.report(
                "plugins", say("the plugin i18n is not configured"), say("add it: see mkdocs-static-i18n"), "locale"
            )
            return ()
        if self.get("plugins.i18n.docs_structure") != "folder":
            message = say("docs_structure must be 'folder': this tool needs a folder for each locale")
            self.report("plugins.i18n.docs_structure", message, say("add to i18n: docs_structure: folder"), "locale")
        languages = self.get(key)
        if not isinstance(languages, list) or not languages:
            self.report(key, say("no languages are configured"), say("list them below i18n: languages:"), "locale")
            return ()
        found: list[Locale] = []
        for index, item in enumerate(languages):
            locale = self._locale(f"{key}.{index}", item)
            if locale and locale.code in {one.code for one in found}:
                message = say("the language %(code)s is listed twice", code=locale.code)
                self.report(f"{key}.{index}.locale", message, say("remove one of them"), "locale")
            elif locale:
                found.append(locale)
        if sum(locale.is_source for locale in found) != 1:
            message = say("exactly one language must be the default: the source that the others are translated from")
            self.report(key, message, say("add to the source language: default: true"), "locale")
        return tuple(found)

    def _locale(self, key: str, item: Any) -> Locale | None:
        if not isinstance(item, dict) or not isinstance(item.get("locale"), str):
            self.report(
                key, say("a language needs its locale"), say("write: - locale: fr (quoted where YAML asks)"), "locale"
            )
            return None
        code = item["locale"]
        if item.get("build") is False or code == "null":
            return None
        try:
            cldr.parse(code)
        except ValueError as error:
            known = [name.replace("_", "-") for name in cldr.known_codes()]
            hint = (
                guess(code, known)
                if len(code) > 1 and guess(code, known).startswith("did")
                else (say("use a code of the Unicode CLDR, such as fr, pt-BR or zh-Hant"))
            )
            self.report(f"{key}.locale", str(error), hint, "locale")
            return None
        return Locale(code, item.get("default") is True, self.places.get(f"{key}.locale", Place(1, 1)))

    def authors(self) -> dict[str, Author]:
        return {
            name: Author(
                name=self.text(f"extra.authors.{name}.name", name),
                url=self.text(f"extra.authors.{name}.url"),
                role=self.text(f"extra.authors.{name}.role"),
                bio=self.text(f"extra.authors.{name}.bio"),
            )
            for name in self.mapping("extra.authors")
        }

    def policies(self) -> dict[str, Policy]:
        key = "plugins.hexapla.policy"
        found = {}
        codes = self.codes()
        for code in self.mapping(key):
            if code not in codes:
                message = say("a policy is set for %(code)s, which is no locale of this site", code=repr(code))
                self.report(f"{key}.{code}", message, guess(code, codes))
            settings = self.mapping(f"{key}.{code}")
            for name in set(settings) - {"publish", "stale"}:
                hint = guess(name, ["publish", "stale"])
                self.report(
                    f"{key}.{code}.{name}", say("%(key)s has no setting %(name)s", key=key, name=repr(name)), hint
                )
            stale = settings.get("stale", "")
            if stale not in ("", "ignore", "warning", "error"):
                message = say("stale must be 'ignore', 'warning' or 'error', not %(value)s", value=repr(stale))
                self.report(f"{key}.{code}.stale", message, say("use: stale: error"))
                stale = ""
            value = settings.get("publish", 0)
            if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 100:
                self.report(
                    f"{key}.{code}.publish",
                    say("publish must be a whole number from 0 to 100"),
                    say("use: publish: 80"),
                )
                value = 0
            found[code] = Policy(publish=value, stale=stale)
        return found

    def codes(self) -> list[str]:
        """The codes of all locales that are listed, whatever else is wrong with them."""
        languages = self.get("plugins.i18n.languages")
        listed = languages if isinstance(languages, list) else []
        return [str(one["locale"]) for one in listed if isinstance(one, dict) and "locale" in one]

    def reviewers(self) -> dict[str, tuple[str, ...]]:
        """Read `reviewers`: who looks after each locale, and under EVERYTHING the maintainers."""
        key = "plugins.hexapla.reviewers"
        codes = self.codes()
        found = {}
        for code, names in self.mapping(key).items():
            if code not in (EVERYTHING, *codes):
                message = say("reviewers are named for %(code)s, which is no locale of this site", code=repr(code))
                self.report(f"{key}.{code}", message, guess(code, [*codes, EVERYTHING]))
            elif not isinstance(names, list) or not names:
                message = say("the reviewers of %(code)s must be a list of at least one name", code=repr(code))
                hint = say("write: %(line)s", line=f'{code}: ["@name", "@organization/team"]')
                self.report(f"{key}.{code}", message, hint)
            else:
                found[code] = tuple(dict.fromkeys(self._reviewers(f"{key}.{code}", names)))
        return {code: names for code, names in found.items() if names}

    def _reviewers(self, key: str, names: list[Any]) -> Iterator[str]:
        """Yield the names that can stand in a file of owners; report the others."""
        for index, name in enumerate(names):
            if isinstance(name, str) and REVIEWER.fullmatch(name):
                yield name
            else:
                hint = say('write "@name", "@organization/team" or an e-mail address')
                message = say("%(name)s names no reviewer", name=ascii(name)[:60])
                self.report(f"{key}.{index}", message, hint)

    def extensions(self) -> dict[str, Any]:
        """Give the Markdown extensions and their options; MkDocs takes a list of names or mappings, or a mapping."""
        value = self.get("markdown_extensions")
        if isinstance(value, dict):
            return {str(name): options for name, options in value.items()}
        found: dict[str, Any] = {}
        for item in value if isinstance(value, list) else []:
            if isinstance(item, dict):
                found.update({str(name): options for name, options in item.items()})
            else:
                found[str(item)] = {}
        return found

    def severities(self) -> dict[tuple[str, str], Severity]:
        """Read `checks`: a rule's severity, or one for each locale. The rules' names are checked where they are."""
        key = "plugins.hexapla.checks"
        known = [severity.value for severity in Severity]
        found: dict[tuple[str, str], Severity] = {}
        for rule, value in self.mapping(key).items():
            for locale, one in value.items() if isinstance(value, dict) else [("", value)]:
                if one in known:
                    found[rule, str(locale)] = Severity(one)
                else:
                    place = f"{key}.{rule}.{locale}" if locale else f"{key}.{rule}"
                    self.report(
                        place,
                        say("a severity is error, warning or ignore, not %(value)s", value=repr(one)),
                        guess(str(one), known),
                    )
        return found

    def comments(self) -> Comments:
        key = "extra.comments"
        known = {"action", "spam_filter", "notice_page", "fields", "hidden"}
        for name in self.mapping(key):
            if name not in known:
                self.report(
                    f"{key}.{name}",
                    say("%(key)s has no setting %(name)s", key=key, name=repr(name)),
                    guess(name, sorted(known)),
                )
        return Comments(
            action=self.text(f"{key}.action"),
            spam_filter=self.text(f"{key}.spam_filter"),
            notice_page=self.text(f"{key}.notice_page"),
            fields=self.texts(f"{key}.fields"),
            hidden=self.texts(f"{key}.hidden"),
        )

    def messages(self) -> Iterator[Message]:
        """Yield the strings that readers see, in the order of the file."""
        keys = {"site_description": "What the site is, for search engines and feeds.", "extra.notice": "Site notice."}
        keys |= {f"extra.categories.{name}": "A category of articles." for name in self.mapping("extra.categories")}
        for name in self.mapping("extra.authors"):
            keys |= {
                f"extra.authors.{name}.role": "What somebody does, on the author's card.",
                f"extra.authors.{name}.bio": "About somebody, on the author's card.",
            }
        for key in sorted(keys, key=lambda key: self.places.get(key, Place(0, 0))):
            if text := self.text(key):
                yield Message(text, keys[key], self.places.get(key, Place(1, 1)))
