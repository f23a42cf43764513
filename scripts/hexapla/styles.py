"""A style sheet cut to what a page uses.

A selector can only match where everything that it names is on the page: its elements, classes, ids and attributes. So
each rule of a sheet is kept for a page that has them, and left out otherwise, in the order of the sheet; custom
properties and key frames are kept where a kept rule uses them. What cannot be decided from names (`:not()`, `:is()`,
values of attributes, states) counts as matching: too much may be kept, never too little.

What the page's own sheet always sets otherwise is left out of the theme's, by the rules of the cascade (CSS Cascading
and Inheritance 4, section 6).
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import tinycss2  # type: ignore[import-untyped]

IMPLIED = frozenset({"html", "head", "body", "tbody", "colgroup"})
"""Elements that browsers make where HTML leaves them out."""

SET_LATER = frozenset({"[open]", "[hidden]", "[disabled]", "[checked]"})
"""Attributes that browsers and readers set."""

BLOCKS = frozenset({"media", "supports", "container", "layer"})
"""At-rules that hold rules."""

ATTRIBUTE = re.compile(r"""[\s"'](class|id|dir|lang)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+))""", re.IGNORECASE)
TAG = re.compile(r"<([A-Za-z][\w-]*)")
START_TAG = re.compile(r"""<[A-Za-z](?:[^<>"']*+(?:"[^"]*"[^<>"']*+|'[^']*'[^<>"']*+)*+>)?""")
"""A start tag; only its first two signs where its end is not sure."""

PROPERTY = re.compile(r"--[\w-]+")

ROOT = re.compile(r"""<html\b[^>]*?\slang\s*=\s*["']?([\w-]+)""", re.IGNORECASE)
"""The language of a page."""

ROOT_OF_LANGUAGE = re.compile(r":root:lang\([\w-]+\)")
"""The selector of the roots of all pages in a language."""

STATE = re.compile(r"(?<!:):(?:active|first-child|focus|focus-visible|hover|last-child)$")
"""A pseudo-class at the end of a selector."""

DIRECTION = re.compile(r"^\[dir=[a-z]+\] ")

SHORTHANDS = ("background", "border", "list-style", "margin", "padding")
"""Properties that set all others that are named after them, but for these."""

BESIDE_BORDER = ("-collapse", "-radius", "-spacing")
"""How properties end that are named after a border, and that it does not set."""


class Selector(NamedTuple):
    """A selector, and the names that a page must have for it to match.

    Names are written as selectors are: `table`, `.note`, `#top`, `[hidden]`, `[dir=rtl]`, `:lang(hi)`, and for the
    language of the whole page `:root:lang(hi)`.
    """

    text: str
    needs: frozenset[str]


class Declaration(NamedTuple):
    """A declaration. `defines` is the custom property that it sets, else empty; `uses` names what others define.

    Custom properties go by their names (`--size`), key frames by theirs after an `@`.
    """

    text: str
    defines: str
    uses: frozenset[str]


class Rule(NamedTuple):
    """A rule within its conditions (`@media print`). Without selectors, it is one of an at-rule such as @font-face."""

    conditions: tuple[str, ...]
    selectors: tuple[Selector, ...]
    declarations: tuple[Declaration, ...]
    at: str = ""

    @property
    def is_root(self) -> bool:
        """Whether it is for the root of every page, in every state."""
        return not self.conditions and ":root" in {selector.text for selector in self.selectors}

    def where(self, is_kept: Callable[[Declaration], bool]) -> Rule:
        """The same rule with only those of its declarations of which this is true."""
        kept = tuple(filter(is_kept, self.declarations))
        return self if len(kept) == len(self.declarations) else self._replace(declarations=kept)


Rules = tuple[Rule, ...]

_Matching = list[tuple[Rule, tuple[Selector, ...]]]
"""Rules, each with its selectors that can match."""


class Style:
    """Style sheets, parsed once, that give each page its part."""

    def __init__(self, theme: Rules, own: Rules, kept: Iterable[str] = (), around: str = "") -> None:
        """Take the rules of a theme, which are for texts only, and those of the page's own, which come after them.

        `kept` are names and custom properties that every page has, be it that scripts bring them. `around` are the
        start tags around a text, which the theme's selectors may name too.
        """
        self.theme = theme
        self.own = own
        self._kept = IMPLIED | SET_LATER | frozenset(kept)
        self._around = _names_of(around)
        rules = (*self.theme, *self.own)
        self._known = frozenset(name for rule in rules for one in rule.selectors for name in one.needs) - self._kept
        self._attributes = {one: one[1:-1] for one in self._known if one.startswith("[") and "=" not in one}
        self._cached = functools.lru_cache(maxsize=512)(self._text)

    def text_for(self, page: str, text: str) -> str:
        """Give the part of the style that a page uses, without a blank that it does not need.

        `text` is the HTML of what is a text of the theme, and `page` that of all else.
        """
        inner = self._names(text)
        names = self._names(page) | inner
        around = {name for name in names if name.startswith("[dir=")} | self._around
        properties = {name for html in (page, text) if _may_name_properties(html) for name in properties_of(html)}
        return self._cached(names, frozenset(inner | around), frozenset(properties))

    def _names(self, html: str) -> frozenset[str]:
        tags = _start_tags(html)
        found = _names_of(tags) & self._known
        found.update(name for name, word in self._attributes.items() if word in tags)
        if root := ROOT.match(tags):
            found |= {f":root{name}" for name in _languages(root[1])} & self._known
        return frozenset(found)

    def _text(self, names: frozenset[str], inner: frozenset[str], properties: frozenset[str]) -> str:
        own = _with_those_of_the_language(_matching(self.own, names | self._kept))
        found = [*_matching(self.theme, inner | self._kept), *own]
        return _written(found, _used([rule for rule, _ in found], self._kept | properties))


def without_lost(theme: Rules, own: Rules, inside: Mapping[str, str]) -> Rules:
    """Give what is left of a theme's rules before a sheet that comes after them: without what that always sets
    otherwise.

    `inside` names classes of the page around a text, each with how selectors begin that match nothing outside of such
    an element; where it is empty, no element of the body is outside.
    """
    replaced = frozenset(one.defines for rule in own if rule.is_root for one in rule.declarations) - {""}
    always = _always_set(own, inside)
    found = (part.where(lambda one: one.defines not in replaced) for rule in theme for part in _left_of(rule, always))
    return tuple(rule for rule in found if rule.declarations)


def _always_set(own: Rules, inside: Mapping[str, str]) -> dict[str, set[str]]:
    """Give the properties that a sheet sets wherever a selector of the theme before it matches, by that selector."""
    found: dict[str, set[str]] = {}
    for rule in own:
        if not rule.conditions:
            names = {one.text.partition(":")[0] for one in rule.declarations if not one.defines}
            for base in (base for selector in rule.selectors for base in _bases(selector.text, inside)):
                found.setdefault(base, set()).update(names)
    return found


def _bases(selector: str, inside: Mapping[str, str]) -> Iterator[str]:
    """Give the selectors of a theme that match nothing but what this one matches, too, and weigh a class less."""
    for name, beginning in inside.items():
        if selector == f"body{name}":
            yield "body"
        base = selector.removeprefix(f"{name} ")
        is_inside = base.startswith(beginning) if beginning else base.isalnum() and base not in IMPLIED
        if base != selector and is_inside:
            yield base


def _left_of(rule: Rule, always: Mapping[str, Collection[str]]) -> Iterator[Rule]:
    """Give a rule of the theme without what is always set otherwise: maybe several, where its selectors differ in that.

    What sets it names a class besides, which outweighs a state or a direction.
    """
    if not rule.selectors:
        yield rule
    groups: dict[tuple[Declaration, ...], list[Selector]] = {}
    for selector in rule.selectors:
        bases = {selector.text, STATE.sub("", selector.text), DIRECTION.sub("", selector.text)}
        lost = {name for base in bases for name in always.get(base, ())}
        kept = tuple(one for one in rule.declarations if not _is_set_by(lost, one))
        groups.setdefault(kept, []).append(selector)
    for kept, selectors in groups.items():
        yield rule._replace(selectors=tuple(selectors), declarations=kept)


def _is_set_by(properties: Collection[str], declaration: Declaration) -> bool:
    """Whether these properties set what a declaration sets, and may do so."""
    name, _, value = declaration.text.partition(":")
    if declaration.defines or value.endswith("!important"):
        return False
    if name in properties:
        return True
    return not name.endswith(BESIDE_BORDER) and any(
        name.startswith(f"{one}-") for one in SHORTHANDS if one in properties
    )


def smaller(sheet: str) -> str:
    """Give a whole style sheet without a blank that it does not need."""
    found = [(rule, rule.selectors) for rule in parse(sheet)]
    return _written(
        found, {name for rule, _ in found for one in rule.declarations for name in (one.defines, *one.uses)}
    )


def _matching(rules: Iterable[Rule], names: frozenset[str]) -> _Matching:
    """The rules that can match where there are these names, each with its selectors that can."""
    found = []
    for rule in rules:
        selectors = tuple(one for one in rule.selectors if one.needs <= names)
        if selectors or rule.at:
            found.append((rule, selectors))
    return found


def _with_those_of_the_language(found: _Matching) -> _Matching:
    """Leave out of the rules for roots of every language what those for roots of the page's own define, which count
    more."""
    own = {
        one.defines
        for rule, selectors in found
        if not rule.conditions and any(ROOT_OF_LANGUAGE.fullmatch(selector.text) for selector in selectors)
        for one in rule.declarations
    } - {""}

    def left(rule: Rule, selectors: Sequence[Selector]) -> Rule:
        is_for_all = all(one.text == ":root" for one in selectors)
        return rule.where(lambda one: one.defines not in own) if own and is_for_all else rule

    return [(left(rule, selectors), selectors) for rule, selectors in found]


def _start_tags(html: str) -> str:
    """The start tags of a page, each once; the whole page where one is not written as programs write them, so that its
    end is not sure. Text has no names, and to look for them there takes longest."""
    found = dict.fromkeys(START_TAG.findall(html))
    return "".join(found) if all(tag.endswith(">") for tag in found) else html


def _names_of(html: str) -> set[str]:
    """The names on a page that selectors can ask for: elements, `.classes`, `#ids`, `[dir=…]`."""
    names = {tag.lower() for tag in set(TAG.findall(html))}
    for name, *values in set(ATTRIBUTE.findall(html)):
        value = "".join(values)
        if name.lower() == "class":
            names.update(f".{one}" for one in value.split())
        elif name.lower() == "lang":
            names.update(_languages(value))
        else:
            names.add(f"#{value}" if name.lower() == "id" else f"[dir={value.lower()}]")
    return names


def _languages(tag: str) -> Iterator[str]:
    """Give the pseudo-classes that match a language: its own, and those of what it is a kind of."""
    parts = tag.lower().split("-")
    return (f":lang({'-'.join(parts[:count])})" for count in range(1, len(parts) + 1))


def _may_name_properties(html: str) -> bool:
    """Whether there is a double hyphen that is none of a comment's: to look for names takes longer."""
    return html.count("--") > html.count("<!--") + html.count("-->")


def properties_of(text: str) -> set[str]:
    """The custom properties that a style sheet, a script or a page names."""
    return set(PROPERTY.findall(text))


def _used(rules: Sequence[Rule], wanted: Iterable[str]) -> set[str]:
    """The custom properties and key frames that rules use, and those that these use in turn."""
    definitions: dict[str, set[str]] = {}
    used = set(wanted)
    for rule in rules:
        for one in rule.declarations:
            if one.defines:
                definitions.setdefault(one.defines, set()).update(one.uses)
            else:
                used |= one.uses
    waiting = list(used)
    while waiting:
        found = definitions.get(waiting.pop(), set()) - used
        used |= found
        waiting += found
    return used


def _written(found: Iterable[tuple[Rule, tuple[Selector, ...]]], used: set[str]) -> str:
    parts: list[str] = []
    conditions: tuple[str, ...] = ()
    for rule, selectors in found:
        declarations = [one.text for one in rule.declarations if not one.defines or one.defines in used]
        if not declarations:
            continue
        if rule.conditions != conditions:
            parts.append("}" * len(conditions) + "".join(f"{one}{{" for one in rule.conditions))
            conditions = rule.conditions
        if rule.at.endswith(";"):
            parts.append(rule.at)
        else:
            parts.append(f"{rule.at or ','.join(one.text for one in selectors)}{{{';'.join(declarations)}}}")
    return "".join(parts) + "}" * len(conditions)


# Rules as JSON, for caches


def to_json(rules: Rules) -> bytes:
    """Write rules, so that they need not be parsed again."""
    values = [
        [
            rule.at,
            rule.conditions,
            [[one.text, sorted(one.needs)] for one in rule.selectors],
            [[one.text, one.defines, sorted(one.uses)] for one in rule.declarations],
        ]
        for rule in rules
    ]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def from_json(data: bytes) -> Rules:
    """Read what `to_json` has written. Raises ValueError or TypeError for anything else."""
    return tuple(
        Rule(
            tuple(conditions),
            tuple(Selector(text, frozenset(needs)) for text, needs in selectors),
            tuple(Declaration(text, defines, frozenset(uses)) for text, defines, uses in declarations),
            at,
        )
        for at, conditions, selectors, declarations in json.loads(data)
    )


# Parsing, through tinycss2


def parse(sheet: str) -> Rules:
    """Parse a style sheet. What cannot be parsed is left out, as browsers do."""
    return tuple(_rules(tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True), ()))


def _rules(nodes: Iterable[Any], conditions: tuple[str, ...]) -> Iterator[Rule]:
    for node in nodes:
        if node.type == "qualified-rule":
            selectors = tuple(Selector(_compact(one), _needs(one)) for one in _split(node.prelude, ","))
            yield Rule(conditions, selectors, _declarations(node.content))
        elif node.type == "at-rule" and node.lower_at_keyword != "charset":
            yield from _at_rule(node, conditions)


def _at_rule(node: Any, conditions: tuple[str, ...]) -> Iterator[Rule]:
    name, prelude = node.lower_at_keyword, _compact(node.prelude)
    opening = f"@{name} {prelude}".strip()
    if node.content is None:
        yield Rule(conditions, (), (Declaration("", "", frozenset()),), opening + ";")
    elif name in BLOCKS:
        inner = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
        yield from _rules(inner, (*conditions, opening))
    elif name.endswith("keyframes"):
        text = _compact(node.content)
        yield Rule(conditions, (), (Declaration(text, f"@{prelude}", frozenset(properties_of(text))),), opening)
    else:
        yield Rule(conditions, (), _declarations(node.content), opening)


def _declarations(content: Sequence[Any]) -> tuple[Declaration, ...]:
    return tuple(_declaration(one) for one in _split(content, ";"))


def _declaration(nodes: Sequence[Any]) -> Declaration:
    name, colon, value = _compact(nodes).partition(":")
    name = name.rstrip()
    text = name + colon + value
    uses = properties_of(text) - {name}
    if name.endswith(("animation", "animation-name")):
        uses |= {f"@{one.value}" for one in nodes if one.type == "ident"}
    return Declaration(text, name if name.startswith("--") else "", frozenset(uses))


def _split(nodes: Sequence[Any], sign: str) -> Iterator[list[Any]]:
    """Cut at a sign outside of brackets; leave out what is empty."""
    part: list[Any] = []
    for node in nodes:
        if _sign(node) == sign:
            yield from [part] if _is_written(part) else []
            part = []
        else:
            part.append(node)
    yield from [part] if _is_written(part) else []


def _is_written(nodes: Iterable[Any]) -> bool:
    return any(node.type not in {"whitespace", "comment"} for node in nodes)


def _sign(node: Any) -> str:
    """The sign that a piece is; empty for anything else. To compare a piece with a sign takes longer."""
    return str(node.value) if node.type == "literal" else ""


def _needs(nodes: Sequence[Any]) -> frozenset[str]:
    """The names without which a selector matches nothing."""
    needs = set()
    is_root = False
    for before, node in zip(["", *map(_sign, nodes)], nodes, strict=False):
        is_root = is_root and node.type != "whitespace" and _sign(node) not in {">", "+", "~"}
        if node.type == "hash":
            needs.add(f"#{node.value}")
        elif node.type == "ident" and before == ".":
            needs.add(f".{node.value}")
        elif node.type == "ident" and before != ":":
            needs.add(node.lower_value)
        elif node.type == "ident":
            is_root = is_root or node.lower_value == "root"
        elif node.type == "function" and node.lower_name == "lang":
            tags = [one.value.lower() for one in node.arguments if one.type in {"ident", "string"}]
            needs.update(f"{':root' if is_root else ''}:lang({tag})" for tag in tags if len(node.arguments) == 1)
        elif node.type == "[] block":
            name, *rest = [one.value for one in node.content if one.type in {"ident", "string", "literal"}]
            if name == "id" and rest[:1] == ["="]:
                needs.add(f"#{rest[1]}")
            else:
                needs.add(f"[dir={rest[1]}]" if name == "dir" and rest[:1] == ["="] else f"[{name}]")
    return frozenset(needs)


def _compact(nodes: Sequence[Any]) -> str:
    """Write without comments, and without blanks and noughts that mean nothing."""
    return str(tinycss2.serialize(_without_blanks(nodes)))


def _without_blanks(nodes: Sequence[Any]) -> list[Any]:
    kept: list[Any] = []
    nodes = [node for node in nodes if node.type != "comment"]
    for index, node in enumerate(nodes):
        if node.type == "whitespace":
            after = nodes[index + 1] if index + 1 < len(nodes) else None
            if after is None or not kept or _sign(after) in {*_CLOSE, "!"} or _sign(kept[-1]) in {*_CLOSE, ":"}:
                continue
            if after.type in _ALONE or kept[-1].type in _ALONE:
                continue
            node.value = " "
        elif node.type in {"dimension", "number"}:
            node.representation = re.sub(r"^([+-]?)0\.", r"\1.", node.representation)
        elif node.type == "function":
            node.arguments = _without_blanks(node.arguments)
        elif node.type in _BLOCKS:
            node.content = _without_blanks(node.content)
        kept.append(node)
    return kept


_BLOCKS = frozenset({"{} block", "[] block", "() block"})

_ALONE = ("{} block", "whitespace")
"""Kinds of pieces that need none either."""

_CLOSE = (",", ">", "~", ";")
"""Signs that need no blank beside them, in selectors, values and conditions. A `+` in calc() does."""
