"""MkDocs' configuration: which sites can be built page by page, and what is read once for all their locales."""

from __future__ import annotations

import copy
import logging
import re
import sys
import warnings
from logging.handlers import BufferingHandler
from pathlib import Path
from typing import Any

from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import PluginCollection

from hexapla import cache, compiling, inputs
from hexapla.beginning import Beginning
from hexapla.cache import Store
from hexapla.compiling import Templates
from hexapla.config import Locale, Site
from hexapla.localized import all_files, forget_files
from hexapla.plugin import HexaplaPlugin, build_only

KNOWN_PLUGINS = frozenset({"search", "material/search", "i18n", "hexapla"})
"""Plugins that do to a page nothing but what is in its key."""

KNOWN_THEMES = frozenset({"material", "mkdocs", "readthedocs"})
"""Themes whose versions are in the key already."""

KNOWN_EXTENSIONS = re.compile(
    r"(?:markdown\.extensions\.)?(?:abbr|admonition|attr_list|codehilite|def_list|fenced_code|footnotes|md_in_html|meta"
    r"|nl2br|sane_lists|smarty|tables|toc)"
    r"|pymdownx\.(?:arithmatex|betterem|blocks\.[a-z.]+|caret|critic|details|emoji|escapeall|extra|highlight|inlinehilite"
    r"|keys|magiclink|mark|progressbar|smartsymbols|superfences|tabbed|tasklist|tilde)"
)
"""Markdown extensions whose result is a function of the text and the configuration: those that read files are none."""


# What can be built here


def reason_against(config: MkDocsConfig) -> str:
    """Say why a site has to be left to MkDocs' own build; empty where it can be built here."""
    i18n: Any = config.plugins.get("i18n")
    if i18n is None or i18n.config.docs_structure != "folder":
        return "its languages are not in folders of mkdocs-static-i18n"
    if strange := sorted(set(config.plugins) - KNOWN_PLUGINS):
        return f"unknown plugins: {', '.join(strange)}"
    if config.hooks:
        return "it has hooks"
    if config.extra_templates or config.theme.static_templates - {"404.html", "sitemap.xml", "search.html"}:
        return "it has templates of its own besides those of pages"
    return ""


def uncached(site: Site, config: MkDocsConfig) -> str:
    """Say why no page of a site may be kept; empty where pages may."""
    if inputs.reads_more(site):
        return "its configuration names programs or icons of its own"
    strange = [
        name for name in config.markdown_extensions if isinstance(name, str) and not KNOWN_EXTENSIONS.fullmatch(name)
    ]
    return f"Markdown extensions that may read other files: {', '.join(strange)}" if strange else ""


# What is read once


def configure(begun: Beginning, locale: Locale, site_dir: Path, templates: Templates) -> MkDocsConfig:
    """Read MkDocs' configuration, so that what was read and checked already is built, and nothing but one locale."""
    config = _configuration(begun.found.site, site_dir)
    templates.serve(config)
    plugin = plugin_of(config)
    plugin.use(begun.found, begun.states, begun.messages)
    plugin.store = templates.store
    plugin.is_part = True
    # The links of the finished site are checked at the end. MkDocs knows only those that it has resolved itself, and
    # takes a percent-encoded anchor for a missing one.
    config.validation.links.update(dict.fromkeys(("not_found", "anchors"), logging.DEBUG))
    build_only(config, locale.code)
    return config


_LOADED: dict[str, MkDocsConfig] = {}
"""The configuration that was read last in this process, under a digest of its files."""


def _configuration(site: Site, site_dir: Path) -> MkDocsConfig:
    """Read MkDocs' configuration; for the next locale of a process, give a copy of what was read."""
    key = cache.digest(str(site.config_file), inputs.of_configuration(site))
    if key not in _LOADED:
        config = load_config(str(site.config_file), site_dir=str(site_dir), strict=False)
        if reason_against(config):
            return config  # who knows what its plugins and hooks have done already
        _LOADED.clear()
        _LOADED[key] = config
    config = copy.deepcopy(_LOADED[key])  # plugins change what they are given
    # A collection registers what its plugins listen to when they are put into it, also when it is copied.
    plugins = PluginCollection()
    for name, plugin in config.plugins.items():
        plugins[name] = plugin
    config.plugins = plugins
    config.site_dir = str(site_dir)
    return config


def set_up(site: Site, store: Store) -> None:
    """Read MkDocs' configuration, the theme with its templates, and the list of files, for processes forked from this
    one.

    What goes wrong here, or is warned of, is left to them: they read the same again, and tell of it.
    """
    told = BufferingHandler(sys.maxsize)
    told.setLevel(logging.WARNING)
    logger = logging.getLogger("mkdocs")
    was = logger.propagate
    logger.addHandler(told)
    logger.propagate = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            config = _configuration(site, site.site_dir)
            if not reason_against(config):
                plugin = plugin_of(config)
                plugin.store = store
                plugin.place_templates(config)
                with compiling.meanwhile(config, store) as compiled:
                    plugin.find_assets(config)
                    all_files(config, plugin.is_copied)
                    for locale in site.locales:
                        locale.name  # noqa: B018 - Babel reads its data of a language once
                    compiled()
    except (Exception, SystemExit):
        _LOADED.clear()
    finally:
        logger.removeHandler(told)
        logger.propagate = was
    if told.buffer:
        _LOADED.clear()
        forget_files()


def plugin_of(config: MkDocsConfig) -> HexaplaPlugin:
    """The plugin that makes the views."""
    plugin = config.plugins["hexapla"]
    assert isinstance(plugin, HexaplaPlugin)
    return plugin
