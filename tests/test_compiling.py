"""Which templates can show any page of the site."""

from __future__ import annotations

from pathlib import Path

import pytest
from hexapla import beginning, compiling, configuring, engine, publication
from hexapla.cache import Store
from hexapla.config import Site
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig

from tests.conftest import ROOT, SMALL, MakeSite

OTHER = (
    '{% macro title(other) %}{{ other.title }}{% endmacro %}{{ title(page.next_page) }} {{ page["previous_page"].url }}'
)
WITHOUT = {
    "words": '<nav id="pages">{{ _("All pages") }} {{ _("nav") }}</nav>',
    "neighbours": OTHER,
    "what the page says of itself": "{{ page.meta.description }} {{ page.meta.parents }}",
    "words by name": '{{ {"nav": "Navigation", "parent": "Up"}[key] }}',
    "a template of its own": '{% include "own.html" %}',
    "the list that is made for each page": "{% for entry in menu.entries %}{{ entry.title }}{% endfor %}",
}
WITH = {
    "the navigation": "{{ nav.homepage.title }}",
    "all files": "{% for one in pages %}{{ one.page.title }}{% endfor %}",
    "upwards": "{{ page.parent.title }}",
    "upwards, by name": '{{ page["ancestors"] | length }}',
    "upwards, by a filter": '{{ page | attr("parent") }}',
    "upwards, of many, in order": '{{ ones | sort(attribute="title,parent.title") | join }}',
    "upwards, of many": '{{ ones | map(attribute="parent.title") | join }}',
    "what a neighbour says of itself": "{{ page.next_page.meta.description }}",
    "what a neighbour says of itself, by name": '{{ page.next_page["meta"].description }}',
    "two pages on": "{{ page.next_page.next_page.title }}",
    "two pages on, by another name": "{% set one = page.next_page %}{{ one.next_page.title }}",
    "two pages on, by the same name": "{% macro of(page) %}{{ page.next_page.title }}{% endmacro %}{{ of(page.next_page) }}",
    "by the name of the page": '{% from "own.html" import other as page with context %}{{ page.next_page.title }}',
    "as the key of a dictionary": "{{ {nav.homepage.title: 1} | list }}",
    "in an attribute of an element": '<a href="{{ nav.homepage.url | url }}">',
    "a template of the theme": '{% include "partials/nav.html" %}',
    "a template that is computed": "{% include name %}",
    "a template that is not there": '{% include "none.html" %}',
    "what is no template": "{% if %}",
}


def configured(make_site: MakeSite, text: str | bytes, name: str = "theme/hexapla/footer.html") -> MkDocsConfig:
    """The configuration of a site with our theme, but for one template."""
    folder = ROOT / "overrides"
    theme = {f"theme/{path.relative_to(folder)}": path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    configuration = SMALL.replace("  font: false\n", "  custom_dir: theme\n")
    config_file = make_site({**theme, "theme/own.html": "{{ page.title }}", name: text}, configuration)
    config = load_config(str(config_file))
    configuring.plugin_of(config).place_templates(config)
    return config


@pytest.mark.parametrize(
    ("text", "expected"),
    [pytest.param(text, text in WITH.values(), id=name) for name, text in {**WITHOUT, **WITH}.items()],
)
def test_which_templates_may_show_any_page(text: str, expected: bool, make_site: MakeSite) -> None:
    assert compiling.may_show_any_page(configured(make_site, text)) is expected


def test_what_cannot_be_read_may_show_any_page(make_site: MakeSite) -> None:
    assert compiling.may_show_any_page(configured(make_site, b"\xff"))


def test_a_template_that_only_the_front_matter_names_is_looked_at(make_site: MakeSite) -> None:
    config = configured(make_site, "{{ nav.homepage.title }}", "theme/other.txt")
    assert not compiling.may_show_any_page(config)
    assert compiling.may_show_any_page(config, ["other.txt"])


def test_the_main_template_of_a_theme_is_looked_at(make_site: MakeSite) -> None:
    config = configured(make_site, "{{ page.title }}")
    Path(str(config.theme.custom_dir), "main.html").unlink()  # Material has one, which shows the navigation
    assert compiling.may_show_any_page(config)


def test_our_own_show_no_more_than_they_are_given(site: Site, tmp_path: Path) -> None:
    """Else an edited title would have every page of its locale rendered."""
    begun = beginning.of(publication.read(site), Store(None))
    given = configuring.configure(begun, site.source, tmp_path / "site", compiling.Templates(Store(None)))
    edition = engine.Edition(begun.found, site.source, given, Store(None))
    assert not compiling.may_show_any_page(edition.config)
