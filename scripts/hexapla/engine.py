"""One locale through MkDocs, page by page: what the cache holds is taken from there, what it does not hold is rendered.

The steps are those of MkDocs' own build, with the same results; what is left out is what takes most of its time on many
pages: static-i18n looks at every file in every language, each build lists the theme's 10,000 icons, compiles every
template, and renders every page. A site with plugins or hooks that are not known here is left to MkDocs' own build.

A page is a function of its texts (its own, its source's, its record), of what it shows of other pages (its View, its
links), and of what it shares with all pages of its locale (templates, words, configuration, versions). Its key in the
cache is made of all of these, but for the links: what they were found to lead to is kept with the page, and looked up.
Where no front matter and no title has changed, views show what they showed, and need not be made to know the key.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeGuard

import jinja2
from markdown import Markdown
from mkdocs.commands.build import _build_theme_template, get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure import pages
from mkdocs.structure.files import InclusionLevel, set_exclusions
from mkdocs.structure.nav import Navigation, get_navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc

from hexapla import cache, compiling, configuring, inputs, outputs, records, search, swap
from hexapla.cache import Store, Table, Time
from hexapla.catalogs import Messages
from hexapla.config import Locale
from hexapla.content import Document
from hexapla.localized import LocaleFiles, all_files, described, localized
from hexapla.parts import WHOLE, Shard
from hexapla.publication import Publication
from hexapla.swap import Before, was_there
from hexapla.views import STATUS, View

FORGETFUL = re.compile(
    r"(?:markdown\.extensions\.)?(?:abbr|admonition|attr_list|def_list|fenced_code|footnotes|md_in_html|nl2br|sane_lists"
    r"|smarty|tables|toc)"
)
"""Python-Markdown's extensions that keep nothing of a text after a reset; with UNIQUE_IDS, footnotes count texts."""

KEY = re.compile(r"[0-9a-f]{32}")
"""A key of the cache."""

PLACES = "places"
"""Under this name, the table of keys holds a digest of what links may lead to."""

SITEMAP = "custom_i18n_sitemap"
"""The folder of static-i18n's templates."""

DRAFT = '<div class="mkdocs-draft-marker" title="This page will not be included into the built site.">DRAFT</div>'
"""What MkDocs puts above a draft in a preview."""


# Pages


@dataclass
class _Kept:
    """What the cache holds of a page: its HTML, what the search index says of it, what its links were found to be."""

    html: bytes
    docs: str
    lookups: dict[str, str | None]

    def to_bytes(self) -> bytes:
        head = f"{json.dumps(self.lookups, ensure_ascii=False)}\n{self.docs}\n"
        return head.encode("utf-8", "surrogatepass") + self.html

    @classmethod
    def from_bytes(cls, data: bytes) -> _Kept | None:
        try:
            lookups, docs, html = data.split(b"\n", 2)
            return cls(html, docs.decode("utf-8", "surrogatepass"), dict(json.loads(lookups)))
        except (ValueError, TypeError):
            return None


@dataclass
class _Task:
    """A page that is to be written. `sources` is the digest of its texts, `quick` and `key` are its keys; all are
    empty where nothing may be kept. `needs_title` says that only its text tells its title.

    `kept` is what the cache holds of it, `digest` that of its HTML. `is_there` says that this stands in its place
    already, and need not be taken out of the cache.
    """

    page: Page
    sources: str
    quick: str = ""
    key: str = ""
    needs_title: bool = False
    kept: _Kept | None = None
    digest: str = ""
    is_there: bool = False

    @property
    def uri(self) -> str:
        """The path of the document below docs/."""
        return str(self.page.file.src_uri)


@dataclass
class Edition:
    """One locale of a site, as `configure` gives it, set up to be written into the folder that is its `site_dir`.

    `warned` counts what MkDocs has warned of so far: a page that it warns of is not kept. `pages` and `fallbacks` count
    what was written, `rendered` names what the cache did not hold; `keys` are those of all that it holds of the locale
    now, by kind. `digests` are those of its pages, by their paths below `site_dir`; `written` are the paths of
    those, and of files beside them, that were not there already. `before` are the files that were there before
    anything was written, as far as they are known. A preview has drafts too.
    """

    found: Publication
    locale: Locale
    config: MkDocsConfig
    store: Store
    warned: Callable[[], int] = lambda: 0
    is_preview: bool = False
    before: Mapping[str, Before] = field(default_factory=dict)
    time: Time = field(default_factory=Time)
    pages: int = field(default=0, init=False)
    fallbacks: int = field(default=0, init=False)
    rendered: list[str] = field(default_factory=list, init=False)
    keys: list[tuple[str, str]] = field(default_factory=list, init=False)
    digests: dict[str, str] = field(default_factory=dict, init=False)
    written: list[str] = field(default_factory=list, init=False)
    _views: dict[str, View] = field(default_factory=dict, init=False)
    _lookups: dict[str, dict[str, str | None]] = field(default_factory=dict, init=False)
    _warned_of: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        """Find the locale's files and its navigation."""
        self.plugin = configuring.plugin_of(self.config)
        self.config = self.config.plugins.on_config(self.config)
        self.config.plugins.on_pre_build(config=self.config)
        search.quicken(self.config.plugins)
        if self.plugin.assets is not None:
            # Else static-i18n finds the alternates of every page for a switcher that our theme does not have.
            self.config.plugins["i18n"].config.reconfigure_material = False
            # It has put a folder before the theme's with a sitemap that is not built. Without, they are those that
            # `configuring.set_up` has looked into.
            self.config.theme.dirs = [folder for folder in self.config.theme.dirs if Path(folder).name != SITEMAP]
        self.time.reason = configuring.uncached(self.found.site, self.config)
        self.time.stage("configuration")
        self.files = self._find_files()
        self._included = InclusionLevel.is_in_serve if self.is_preview else InclusionLevel.is_included
        self._documents = self.files.documentation_pages(inclusion=self._included)
        self.time.stage("files")
        nav = get_navigation(self.files, self.config)
        self.nav: Navigation = self.config.plugins.on_nav(nav, config=self.config, files=self.files)
        self.time.stage("navigation")

    @property
    def is_cached(self) -> bool:
        """Whether pages of this site may be kept."""
        return not self.time.reason

    @property
    def is_known(self) -> bool:
        """Whether all that the locale is made from is known without a look at the theme."""
        return self.is_cached and self.config.theme.name in {None, *configuring.KNOWN_THEMES}

    def _find_files(self) -> LocaleFiles:
        config = self.config
        i18n: Any = config.plugins["i18n"]
        files = all_files(config, self.plugin.is_copied)
        files = self.plugin.on_files.methods[0](files, config=config)
        own = localized(files, i18n, config)
        i18n.i18n_files_per_language[i18n.current_language] = own.documentation_pages()
        self.plugin.on_files.methods[1](own, config=config)
        set_exclusions(own, config)
        return own

    # The build

    def build(self, shard: Shard = WHOLE) -> None:
        """Write the locale's pages, and what stands beside them; of a shard, only its pages."""
        tasks = [self._task(file.page or Page(None, file, self.config)) for file in self._documents]
        self.time.stage("keys")
        for task in tasks:
            if not self._take_title(task):
                self._populate(task.page)
        self.time.stage("Markdown")
        environment = self.config.theme.get_env()
        environment = self.config.plugins.on_env(environment, config=self.config, files=self.files)
        if shard != WHOLE:
            chosen = shard.chosen([self._words(task.page) for task in tasks])
            tasks = [task for index, task in enumerate(tasks) if index in chosen]
        self.pages = len(tasks)
        self.fallbacks = sum(self._is_fallback(task.page) for task in tasks)
        for task in tasks:
            self._look_up(task)
        self._take_docs(tasks)
        self.time.stage("cache")
        for task in tasks:
            if not (task.is_there or task.kept) and task.uri not in self._lookups:
                self._populate(task.page)
        self.time.stage("Markdown")
        self._write_files(environment)
        for task in tasks:
            self._write(task, environment)
        self.time.stage("templates")
        if shard == WHOLE:
            self._finish(tasks)
        self.time.stage("files beside the pages")

    def _write(self, task: _Task, environment: jinja2.Environment) -> None:
        """Write a page, unless it is there."""
        if not task.is_there:
            if task.kept is None:
                task.kept = self._render(task, environment)
                task.digest = cache.digest_of_bytes(task.kept.html)
            swap.write(os.path.join(self.config.site_dir, task.page.file.dest_uri), task.kept.html)  # noqa: PTH118
            task.kept.html = b""
            self.written.append(task.page.file.dest_uri)
        self.digests[task.page.file.dest_uri] = task.digest
        if task.quick and task.key and task.uri not in self._warned_of:
            self._quick.set(task.quick, [task.key, task.digest])

    def _is_fallback(self, page: Page) -> bool:
        path = page.file.src_uri.partition("/")[2]
        return not page.file.generated_by and self.plugin.viewer.publication.is_fallback(self.locale, path)

    def _task(self, page: Page) -> _Task:
        return _Task(page, self._sources(page) if self.is_cached else "")

    def _words(self, page: Page) -> int:
        document = self._document(page)
        return len(document.text.split()) if document else 0

    def _document(self, page: Page) -> Document | None:
        """The document that a page is made from; None where the page has none."""
        code, _, path = page.file.src_uri.partition("/")
        return None if page.file.generated_by else self.found.document(self.found.site.locale(code), path)

    def _take_title(self, task: _Task) -> bool:
        """Give a page that may not have to be rendered its front matter and its title; say whether both are known."""
        page = task.page
        if not task.sources:
            return False
        self.plugin.note_meta(page)
        task.needs_title = "title" not in page.meta and "title" not in vars(page)
        if task.needs_title:
            data = self.store.get("titles", task.sources)
            if data is None:
                return False
            self.keys.append(("titles", task.sources))
            page._title_from_render = json.loads(data)
        page.markdown = page.content = ""
        self.plugin.clean_title(page)
        return True

    def _populate(self, page: Page) -> None:
        """Render a page's Markdown, as MkDocs does."""
        start, before = time.perf_counter(), self.warned()
        config, files, uri = self.config, self.files, page.file.src_uri
        config._current_page = page
        files.lookups = self._lookups[uri] = {}
        try:
            page = config.plugins.on_pre_page(page, config=config, files=files)
            self._read(page)
            page.markdown = config.plugins.on_page_markdown(page.markdown or "", page=page, config=config, files=files)
            self._convert(page)
            page.content = config.plugins.on_page_content(page.content or "", page=page, config=config, files=files)
        finally:
            files.lookups = None
            config._current_page = None
        if self.warned() > before:
            self._warned_of.add(uri)
        self.time.pages[uri] = time.perf_counter() - start

    def _convert(self, page: Page) -> None:
        """Turn a page's Markdown into HTML, as MkDocs does in Page.render.

        To set Python-Markdown up takes a tenth of the time that a page takes, so it is done once where all extensions
        are known to forget one text before the next.
        """
        config, files = self.config, self.files
        if self._markdown is None:
            page.render(config, files)
            return
        anchors = pages._ExtractAnchorsTreeprocessor(page.file, files, config)
        raw, title = pages._RawHTMLPreprocessor(), pages._ExtractTitleTreeprocessor()
        for processor in (raw, anchors, pages._RelativePathTreeprocessor(page.file, files, config), title):
            processor._register(self._markdown)  # in the place of that of the page before
        self._markdown.reset()
        page.content = self._markdown.convert(page.markdown or "")
        page.toc = get_toc(getattr(self._markdown, "toc_tokens", []))
        page._title_from_render = title.title
        page.present_anchor_ids = anchors.present_anchor_ids | raw.present_anchor_ids

    @cached_property
    def _markdown(self) -> Markdown | None:
        """Python-Markdown for all pages; None where each needs one of its own."""
        names, options = self.config.markdown_extensions, self.config.mdx_configs
        are_known = all(FORGETFUL.fullmatch(name) for name in names if isinstance(name, str))
        if not are_known or options.get("footnotes", {}).get("UNIQUE_IDS"):
            return None
        return Markdown(extensions=names, extension_configs=options)

    def _read(self, page: Page) -> None:
        """Give a page the text and the front matter of the document that its key is made from; its file may have been
        edited since."""
        document = self._document(page)
        if document is None:
            page.read_source(self.config)
            return
        # What mkdocs.utils.meta.get_data gives; what it would read otherwise, content.parse has refused.
        page.markdown = document.body.replace("\r\n", "\n").replace("\r", "\n").lstrip("\n")
        page.meta = dict(document.meta)

    def _render(self, task: _Task, environment: jinja2.Environment) -> _Kept:
        """Put a page into its template, as MkDocs does; keep it."""
        start, before, page = time.perf_counter(), self.warned(), task.page
        config = self.config
        config._current_page = page
        page.active = True
        entries = search.entries_of(config.plugins)
        entries.clear()
        try:
            if task.uri in self._views:
                self.plugin.views[task.uri] = self._views[task.uri]
            context = get_context(self.nav, self._documents, config, page)
            template = environment.get_template(page.meta.get("template", "main.html"))
            context = config.plugins.on_page_context(context, page=page, config=config, nav=self.nav)
            if page.file.inclusion.is_excluded():  # type: ignore[no-untyped-call]
                page.content = DRAFT + (page.content or "")
            html = config.plugins.on_post_page(template.render(context), page=page, config=config)
        finally:
            page.active = False
            config._current_page = None
        # Nothing else asks for a page's text once it is in its template.
        page.markdown = page.content = ""
        docs = search.docs(entries, self.locale.folder)
        kept = _Kept(html.encode("utf-8", "xmlcharrefreplace"), docs, self._lookups[task.uri])
        if task.key and task.uri not in self._warned_of and self.warned() == before:
            self._keep(task, kept)
        self.rendered.append(task.uri)
        self.time.pages[task.uri] = self.time.pages.get(task.uri, 0.0) + time.perf_counter() - start
        return kept

    def _write_files(self, environment: jinja2.Environment) -> None:
        """Copy what is no page, and write 404.html. Pages come afterwards, as in MkDocs, and win."""
        self.files.copy_static_files(dirty=self.is_preview, inclusion=self._included)
        has_not_found = self._has_not_found()
        for name in sorted(self.config.theme.static_templates):
            if name != "404.html" or not has_not_found:
                _build_theme_template(name, environment, self.files, self.config, self.nav)
        if not os.path.isfile(self._not_found):  # noqa: PTH113
            return
        path = f"{self.locale.folder}404.html"
        self.written += [] if has_not_found else [path]
        if self.is_cached:
            self.digests[path] = self.store.marks.digest_of(self._not_found)
            self._quick.set(self._key_of_not_found, ["", self.digests[path]])

    def _has_not_found(self) -> bool:
        """Whether the locale's 404.html stands in its place as it would be built."""
        row = self._quick.get(self._key_of_not_found) if self.is_cached else None
        return _is_row(row) and self._holds(f"{self.locale.folder}404.html", row[1])

    @property
    def _not_found(self) -> str:
        return os.path.join(self.config.site_dir, self.locale.folder, "404.html")  # noqa: PTH118

    @property
    def _key_of_not_found(self) -> str:
        return cache.digest("404.html", self._common, self._shown)

    def _finish(self, tasks: Sequence[_Task]) -> None:
        """Write what stands beside the pages: sitemap, feed, search index."""
        self._write_index(tasks)
        key = cache.digest(self._common, self._shown)
        texts = _texts(self.store.get("beside", key)) if self.is_cached else None
        if texts is None:
            self.plugin.forget()
            for task in tasks:
                self.plugin.keep(task.page, self._view(task.page))
            texts = self.plugin.texts_beside()
            if self.is_cached:
                self.store.put("beside", key, json.dumps(texts).encode())
        self.keys.append(("beside", key))
        self._quick.set(PLACES, self._places)
        self._quick.write()
        self.written += outputs.write_locale(Path(self.config.site_dir), self.locale, *texts)

    # The search index

    def _take_docs(self, tasks: Sequence[_Task]) -> None:
        """Take pages out of the cache that stand in their place, where nobody knows what the index says of them."""
        for task in tasks:
            if task.is_there and self._is_searched(task) and task.key + task.digest not in self._docs:
                task.is_there = False
                self._take(task)

    def _write_index(self, tasks: Sequence[_Task]) -> None:
        """Write the search index, and what the search plugin needs besides."""
        if not search.is_used(self.config.plugins):
            return
        names = {task.key + task.digest if task.key else task.uri: task for task in tasks if self._is_searched(task)}
        docs = [task.kept.docs if task.kept else self._docs.get(name, "") for name, task in names.items()]
        if self.is_cached and names.keys() != self._docs.keys():
            lines = "".join(f"{name} {text}\n" for name, text in zip(names, docs, strict=True))
            self.store.put("docs", self._docs_key, lines.encode("utf-8", "surrogatepass"))
        if self.locale.is_source and "search" in self.config.plugins:
            # MkDocs' own writes scripts, too, and an index of what it has collected, which ours takes the place of.
            search.entries_of(self.config.plugins).clear()
            self.config.plugins["search"].on_post_build(config=self.config)
        index = search.index(docs, self.locale.tag.split("-")[0])
        self.written += self.plugin.write_index(self.config, index)

    def _is_searched(self, task: _Task) -> bool:
        """Whether a page is in the search index of its locale: it has a document, and is no fallback."""
        return not task.page.file.generated_by and not self._is_fallback(task.page)

    @cached_property
    def _docs(self) -> dict[str, str]:
        """What the search index says of pages, by their keys and the digests of their HTML; a line of text each."""
        data = self.store.get("docs", self._docs_key) or b""
        lines = data.decode("utf-8", "surrogatepass").split("\n")
        return dict(line.split(" ", 1) for line in lines if " " in line)

    @property
    def _docs_key(self) -> str:
        return cache.digest(cache.tool_key(), "docs", self._variant)

    def _view(self, page: Page) -> View:
        """The view of a page, but for its text."""
        uri = page.file.src_uri
        if uri not in self._views:
            self._views[uri] = self.plugin.view_of(page, self.config)
        return self._views[uri]

    # The cache

    @cached_property
    def _common(self) -> str:
        """The digest of what all pages of the locale have in common."""
        parts: list[str | bytes] = [cache.tool_key(), self.locale.code, str(self.plugin.has_status)]
        parts += [str(self.config.site_url), str(self.is_preview), self._templates]
        parts.append(_entries_of(self.plugin.messages[self.locale.code]))
        if self.plugin.assets:  # what pages hold of the style depends on the site's own sheets and scripts
            names = [*self.config.extra_css, *map(str, self.config.extra_javascript)]
            added = [Path(self.config.docs_dir, name) for name in names]
            parts += [path.read_bytes() if path.is_file() else b"" for path in added]
        return cache.digest(*parts, *sorted(self.plugin.viewer.fallbacks))

    @cached_property
    def _templates(self) -> str:
        """A digest of the configuration, of the site's own templates, styles and scripts, and of a theme whose version
        nothing else tells."""
        site = self.found.site
        parts = [inputs.of_configuration(site), inputs.of_templates(site, self.store.marks)]
        if self.config.theme.name not in configuring.KNOWN_THEMES:
            parts += [cache.digest_of_files(Path(folder)) for folder in self.config.theme.dirs]
        return cache.digest(*parts)

    @cached_property
    def _quick(self) -> Table:
        """The keys of pages and the digests of their HTML, by keys that need no view."""
        return self.store.table("keys", self._variant)

    @property
    def _variant(self) -> str:
        """What tells the pages of one build from those of another that takes turns with it."""
        return cache.digest(self.locale.code, str(self.config.site_url), str(self.is_preview))

    @cached_property
    def _navigation(self) -> str:
        """A digest of what templates may show of any page; empty where they do not."""
        pages = [file.page for file in self._documents if file.page]
        folder = self.found.site.custom_dir
        if folder and (folder / "hexapla" / "base.html").is_file():  # else Material's show titles, icons and states
            names = sorted({str(page.meta["template"]) for page in pages if "template" in page.meta})
            key = cache.digest(cache.tool_key(), self._templates, *names)
            may = self.store.made("shows", key, lambda: str(compiling.may_show_any_page(self.config, names)).encode())
            if may == b"False":
                return ""
        own = (part for page in pages for part in (str(page.title), page.url, repr(page.meta)))
        return cache.digest(*_flat(self.nav.items), "|", *own)

    @cached_property
    def _shown(self) -> str:
        """A digest of all that the views of the locale's pages can show of any document but its text."""
        publication, site = self.plugin.viewer.publication, self.found.site
        parts = [*_flat(self.nav.items), "|", self._places]
        for code, documents in publication.documents.items():
            parts += [code, *sorted(documents)]
        for file in self._documents:
            parts.append(str(file.page.title if file.page else ""))
            if file.generated_by:
                continue
            code, _, path = file.src_uri.partition("/")
            own, source = (publication.document(locale, path) for locale in (site.locale(code), site.source))
            document = own or source  # a preview shows drafts, which a publication is without
            parts.append(document.text[: document.body_start] if document else "")
            if own is not source:
                parts.append(repr(publication.inherited(path)))
        # What other languages say to their readers, where they are offered a page.
        parts += [_entries_of(self.plugin.messages[locale.code]) for locale in site.locales]
        return cache.digest(*parts)

    @cached_property
    def _places(self) -> str:
        """A digest of what pages can tell of all files that links may lead to."""
        return cache.digest(*(part for file in self.files for part in (file.src_uri, str(described(file)))))

    def _sources(self, page: Page) -> str:
        """The digest of the texts that a page is made from."""
        code, _, path = page.file.src_uri.partition("/")
        site = self.found.site
        parts: list[str | bytes] = [self._common, page.file.src_uri]
        if not page.file.generated_by:
            for locale in dict.fromkeys((site.locale(code), site.source)):
                document = self.found.document(locale, path)
                parts.append(document.digest if document else "")
            states, name = self.plugin.states, (self.locale.code, path)
            row = states.counts.get(name)
            if row and not row.is_current:  # else the record makes no difference
                record = records.path_of(site, self.locale, path)
                parts.append(states.keys.get(name) or (record.read_bytes() if record.is_file() else b""))
        return cache.digest(*parts)

    def _look_up(self, task: _Task) -> None:
        """Find what is known of a page: by its texts and what all views show, else by its own view."""
        if not task.sources:
            return
        path = task.uri.partition("/")[2]
        if not (path == STATUS and task.page.file.generated_by):  # it shows texts of all pages
            task.quick = cache.digest(task.sources, self._shown)
            row = self._quick.get(task.quick)
            if _is_row(row) and KEY.fullmatch(row[0]):  # it becomes a path
                task.key, task.digest = row
        if not task.key:
            task.key = self._key_of(task)
            task.digest = self._last.get(task.key, "")
        uri = task.page.file.dest_uri
        task.is_there = bool(task.digest) and uri not in self._other_files and self._holds(uri, task.digest)
        if not task.is_there:
            self._take(task)

    @cached_property
    def _last(self) -> Mapping[str, str]:
        """The digests of the HTML of the last build's pages, by their keys; none where links may lead elsewhere now."""
        if self._quick.get(PLACES) != self._places:
            return {}
        return {row[0]: row[1] for row in self._quick.values.values() if _is_row(row)}

    def _key_of(self, task: _Task) -> str:
        """The digest of all that a page is made from but for what its links lead to."""
        neighbours = [*_flat([task.page.previous_page]), "", *_flat([task.page.next_page])]
        shown = [repr(self._view(task.page)), repr(self.plugin.menu_of(self.nav, task.page))]
        return cache.digest(task.sources, self._navigation, *shown, *neighbours)

    def _holds(self, path: str, digest: str) -> bool:
        """Whether a file below `site_dir` holds what has this digest already."""
        place = os.path.join(self.config.site_dir, path)  # noqa: PTH118
        return was_there(self.before, path, digest) or swap.holds(place, digest, self.store.marks)

    def _take(self, task: _Task) -> None:
        """Take out of the cache what it holds of a page."""
        data = self.store.get("pages", task.key)
        kept = _Kept.from_bytes(data) if data else None
        if kept and all(described(self.files.get_file_from_path(path)) == was for path, was in kept.lookups.items()):
            task.kept = kept
            task.digest = cache.digest_of_bytes(kept.html)
            self.keys.append(("pages", task.key))

    @cached_property
    def _other_files(self) -> frozenset[str]:
        """The paths, below the site's folder, of what is no page and is written before the pages are."""
        folder = self.locale.folder
        others = {file.dest_uri for file in self.files if not file.is_documentation_page()}
        return frozenset(others | {"404.html", f"{folder}404.html"})

    def _keep(self, task: _Task, kept: _Kept) -> None:
        self.store.put("pages", task.key, kept.to_bytes())
        self.keys.append(("pages", task.key))
        if task.needs_title and task.page._title_from_render and self.store.get("titles", task.sources) is None:
            self.store.put("titles", task.sources, json.dumps(task.page._title_from_render).encode())
            self.keys.append(("titles", task.sources))


def _texts(data: bytes | None) -> tuple[str, str] | None:
    """Read the texts that stand beside the pages, as they are kept."""
    try:
        texts = json.loads(data or b"null")
    except ValueError:
        return None
    return (str(texts[0]), str(texts[1])) if isinstance(texts, list) and len(texts) == 2 else None


def _is_row(value: Any) -> TypeGuard[list[str]]:
    """Whether a value of the table of keys is the key of a page and the digest of its HTML."""
    return isinstance(value, list) and len(value) == 2 and all(isinstance(part, str) for part in value)


def _entries_of(messages: Messages) -> str:
    """All words of a locale, as they were read: the file may have been edited since."""
    return repr(sorted(messages.entries.items()))


def _flat(items: Sequence[Any]) -> Iterator[str]:
    """Give all titles and addresses of a navigation, with what tells them from others of the same words."""
    for item in items:
        if item is None:
            continue
        file = getattr(item, "file", None)
        yield from (type(item).__name__, str(item.title), str(getattr(item, "url", "")))
        yield str(getattr(file, "locale", ""))
        if item.children:
            yield from _flat(item.children)
            yield "end"
