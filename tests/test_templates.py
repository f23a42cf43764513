"""What the forge shows to whoever writes an issue or a pull request, and the guide that it leads to.

The rules of issue forms are those of GitHub's documentation: "Syntax for GitHub's form schema" and "Common validation
errors when creating issue forms". GitHub tells of a broken form only where it would have been shown.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hexapla import languages, publication
from hexapla.config import Site

from tests import guide_pictures
from tests.conftest import ROOT

FOLDER = ROOT / ".github"
FORMS = sorted(path for path in (FOLDER / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")
PULLS = sorted((FOLDER / "PULL_REQUEST_TEMPLATE").glob("*.md"))
TEMPLATES = [FOLDER / "pull_request_template.md", *PULLS, *(FOLDER / "ISSUE_TEMPLATE").glob("*.yml")]
CODES = ("en", "fr", "de", "is", "hi", "sw")

KEYS = {"name", "description", "title", "labels", "assignees", "projects", "type", "body"}
ATTRIBUTES = {
    "markdown": {"value"},
    "input": {"label", "description", "placeholder", "value"},
    "textarea": {"label", "description", "placeholder", "value", "render"},
    "dropdown": {"label", "description", "multiple", "options", "default"},
    "checkboxes": {"label", "description", "options"},
}
LISTS = {"options", "labels", "assignees", "projects"}
FLAGS = {"multiple"}
NUMBERS = {"default"}


def faults(form: Any) -> Iterator[str]:
    """Yield what GitHub would refuse in an issue form."""
    if not isinstance(form, dict):
        yield "not a mapping"
        return
    yield from (f"unknown key {key}" for key in form.keys() - KEYS)
    yield from (f"no {key}" for key in ("name", "description", "body") if not form.get(key))
    yield from _wrong_types(form, "form")
    body = form.get("body")
    if not isinstance(body, list):
        yield "the body is no list"
        return
    fields = [one for one in body if isinstance(one, dict) and one.get("type") != "markdown"]
    if not fields:
        yield "nothing to fill in"
    for number, one in enumerate(body):
        yield from (f"body[{number}]: {fault}" for fault in _element_faults(one))
    # Without an id, GitHub makes one of the label's Latin letters and digits; two labels in Devanagari would clash.
    ids = [str(one.get("id") or re.sub(r"[^a-z0-9]+", "-", _label(one).lower()).strip("-")) for one in fields]
    yield from (f"id {name!r} occurs twice" for name in {name for name in ids if ids.count(name) > 1})
    yield from (f"a label without an id: {_label(one)}" for one in fields if not one.get("id"))


def _label(element: Any) -> str:
    attributes = element.get("attributes")
    return str(attributes.get("label", "")) if isinstance(attributes, dict) else ""


def _element_faults(element: Any) -> Iterator[str]:
    kind = element.get("type") if isinstance(element, dict) else None
    if kind not in ATTRIBUTES:
        yield f"{kind} is no type of input"
        return
    allowed = {"type", "attributes"} if kind == "markdown" else {"type", "id", "attributes", "validations"}
    yield from (f"unknown key {key}" for key in element.keys() - allowed)
    if "id" in element and not re.fullmatch(r"[A-Za-z0-9_-]+", str(element["id"])):
        yield f"id {element['id']!r} has other characters than letters, digits, - and _"
    validations = element.get("validations", {})
    if not isinstance(validations, dict) or any(k != "required" or type(v) is not bool for k, v in validations.items()):
        yield "validations hold something else than required: true or false"
    attributes = element.get("attributes")
    if not isinstance(attributes, dict):
        yield "no attributes"
        return
    yield from (f"unknown attribute {key}" for key in attributes.keys() - ATTRIBUTES[kind])
    yield from _wrong_types(attributes, kind)
    needed = {"markdown": ("value",), "dropdown": ("label", "options"), "checkboxes": ("label", "options")}
    yield from (f"no {key}" for key in needed.get(kind, ("label",)) if not attributes.get(key))
    if kind in ("input", "textarea") and re.search(r"(?i)password|passphrase|secret|token", _label(element)):
        yield "a label may not ask for what is secret"
    options = attributes.get("options", [])
    if kind == "dropdown" and isinstance(options, list):
        if not all(isinstance(option, str) and option.strip() for option in options):
            yield "an option is no text; YAML takes yes and no for something else"
        elif len(set(options)) < len(options) or "none" in {option.lower() for option in options}:
            yield "an option occurs twice, or is None, which GitHub adds itself"


def _wrong_types(mapping: dict[Any, Any], where: str) -> Iterator[str]:
    for key, value in mapping.items():
        if key == "body":
            continue
        expected: type = list if key in LISTS else bool if key in FLAGS else int if key in NUMBERS else str
        if type(value) is not expected or value == "" or str(value).isspace():
            yield f"{where}: {key} is no {expected.__name__}, or empty"


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


GOOD = {
    "name": "A form",
    "description": "What it is for",
    "body": [
        {"type": "markdown", "attributes": {"value": "Hello"}},
        {"type": "input", "id": "page", "attributes": {"label": "Page"}, "validations": {"required": True}},
        {"type": "dropdown", "id": "kind", "attributes": {"label": "Kind", "options": ["Small", "Large"]}},
    ],
}


@pytest.mark.parametrize(
    "place, value, fault",
    [
        (("name",), "", "no name"),
        (("name",), True, "form: name is no str, or empty"),
        (("about",), "of Markdown templates", "unknown key about"),
        (("labels",), "text", "form: labels is no list, or empty"),
        (("body",), {}, "the body is no list"),
        (("body", 0, "attributes"), {}, "body[0]: no value"),
        (("body", 0, "id"), "hello", "body[0]: unknown key id"),
        (("body", 1, "type"), "text", "body[1]: text is no type of input"),
        (("body", 1, "id"), "my page", "body[1]: id 'my page' has other characters than letters, digits, - and _"),
        (("body", 1, "id"), "kind", "id 'kind' occurs twice"),
        (("body", 1, "id"), None, "a label without an id: Page"),
        (("body", 1, "validations"), {"required": "yes"}, "body[1]: validations hold something else than required: true or false"),
        (("body", 1, "attributes", "label"), "Password", "body[1]: a label may not ask for what is secret"),
        (("body", 1, "attributes", "help"), "Yes", "body[1]: unknown attribute help"),
        (("body", 2, "attributes", "options"), [], "body[2]: no options"),
        (("body", 2, "attributes", "options"), [True, False], "body[2]: an option is no text; YAML takes yes and no for something else"),
        (("body", 2, "attributes", "options"), ["A", "None"], "body[2]: an option occurs twice, or is None, which GitHub adds itself"),
    ],
)  # fmt: skip
def test_what_github_refuses_is_found(place: tuple[Any, ...], value: Any, fault: str) -> None:
    form: Any = copy.deepcopy(GOOD)
    assert list(faults(form)) == []
    inner = form
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    assert fault in list(faults(form))


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_forms_are_valid(path: Path) -> None:
    assert list(faults(read(path))) == []


def test_each_language_has_a_form_for_its_texts_and_no_name_occurs_twice(site: Site) -> None:
    assert tuple(locale.code for locale in site.locales) == CODES
    forms = [read(path) for path in FORMS]
    names = [form["name"] for form in forms]
    assert len(set(names)) == len(names) == 8
    assert [form["labels"] for form in forms if "text" in form["labels"]] == [["text", code] for code in CODES]
    shapes = {str([(one["type"], one.get("id")) for one in form["body"]]) for form in forms if "text" in form["labels"]}
    assert len(shapes) == 1, "the forms for texts ask for different things"


def test_the_chooser_leads_to_the_guide(site: Site) -> None:
    chooser = read(FOLDER / "ISSUE_TEMPLATE/config.yml")
    assert set(chooser) == {"blank_issues_enabled", "contact_links"}
    assert chooser["blank_issues_enabled"] is True
    texts = publication.read(site)
    address = site.site_url + texts.url(site.source, "translating.md")
    assert [link["url"] for link in chooser["contact_links"]] == [address]
    assert all(set(link) == {"name", "url", "about"} for link in chooser["contact_links"])


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    """Whether a template is looked at below /pull/ or below /issues/, `../blob/main/` is the repository's main branch."""
    links = re.findall(r"\]\(([^)]*)\)", path.read_text(encoding="utf-8"))
    assert links or path.name in ("config.yml", "08-tool.yml")
    for link in links:
        match = re.fullmatch(r"\.\./blob/main/([\w./-]+)", link)
        assert match and (ROOT / match[1]).is_file(), link


def test_each_translation_has_a_template_for_its_pull_requests() -> None:
    assert {path.stem for path in PULLS} == {*CODES} - {"en"}
    whole = (FOLDER / "pull_request_template.md").read_text(encoding="utf-8")
    for code in CODES:
        assert f"../blob/main/docs/{code}/translating.md" in whole
    for path in PULLS:
        text = path.read_text(encoding="utf-8")
        asked = re.match(r"<!-- (.+) -->\n", text)
        assert asked and asked[1] in whole, f"{path.name} asks for something else than the template for all"
        assert f"../blob/main/docs/{path.stem}/translating.md" in text
        assert len(text) < 1000 and "@" not in text


def _words_of(form: Any) -> Iterator[str]:
    for one in form["body"]:
        yield from (str(value) for key, value in one["attributes"].items() if key != "placeholder")


@pytest.mark.parametrize("code", CODES)
def test_templates_are_in_their_language(code: str) -> None:
    form = read(next(path for path in FORMS if path.stem.endswith(f"-text-{code}")))
    texts = [form["name"], form["description"], *_words_of(form)]
    texts += [(FOLDER / "PULL_REQUEST_TEMPLATE" / f"{code}.md").read_text(encoding="utf-8")] if code != "en" else []
    sentences = [
        one for text in texts for one in re.split(r"(?<=[.!?।:])\s", re.sub(r"\([^)]*\)|<!--|-->|\*\*", "", text))
    ]
    assert len(sentences) > 10
    assert {one: found for one in sentences if (found := languages.mistaken(one, code, CODES))} == {}


def test_the_guide_names_the_form_for_a_new_language() -> None:
    name = read(FOLDER / "ISSUE_TEMPLATE/07-language.yml")["name"]
    for code in CODES:
        assert f"**{name}**" in guide(code, "translating-more.md"), code


# The guide's pictures


def guide(code: str, name: str = "translating.md") -> str:
    return (ROOT / "docs" / code / name).read_text(encoding="utf-8")


def size_of(data: bytes) -> tuple[int, int]:
    """Give the width and the height of a lossy WebP, in pixels (RFC 9649)."""
    assert data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    if data[12:16] == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    assert data[12:16] == b"VP8 " and data[23:26] == b"\x9d\x01\x2a"
    return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF


@pytest.mark.parametrize("code", CODES)
def test_pictures_are_small_and_leave_room_for_themselves(code: str) -> None:
    shown = re.findall(r"!\[(.+)\]\((.+)\)\{ width=(\d+) height=(\d+) loading=lazy \}", guide(code))
    assert guide(code).count("](images/") == len(shown) == 3
    assert [Path(target).name for _, target, *_ in shown] == list(guide_pictures.PICTURES)
    for alt, target, width, height in shown:
        data = (ROOT / "docs" / code / target).read_bytes()
        assert len(alt) > 40 and len(data) <= guide_pictures.LARGEST
        expected = [round(int(one) * guide_pictures.SCALE) for one in (width, height)]
        assert all(abs(is_ - should) <= 1 for is_, should in zip(size_of(data), expected, strict=True)), target
