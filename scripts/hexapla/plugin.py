"""The MkDocs plugin: one locale's build, hook by hook. It runs beside the plugin `i18n` of mkdocs-static-i18n.

static-i18n builds the default locale first and runs a whole MkDocs build for each other one inside the first one's
`on_post_build`; `building` is true in those. Every hook here therefore runs once per locale. `hexapla build` sets
`current_language` and `building` before, and so builds one locale alone.

Priorities: 100 is before static-i18n (which uses -100) and the search plugin (0), -150 is after them.
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import jinja2
from markdown import Markdown
from markupsafe import Markup, escape
from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority, get_plugin_logger
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils.templates import TemplateContext

from hexapla import assets, catalogs, cldr, cleaning, marking, outputs, prechecks, search, status
from hexapla.assets import Assets
from hexapla.cache import Store
from hexapla.catalogs import Messages
from hexapla.compact import Compact
from hexapla.config import Locale
from hexapla.content import Document
from hexapla.marking import MarkExtension
from hexapla.marking import Page as MarkedPage
from hexapla.menu import LIMIT, Entry, part
from hexapla.menu import Pages as MenuPages
from hexapla.problems import Stop
from hexapla.publication import Publication, url_of
from hexapla.status import Report, Row
from hexapla.views import (
    CHECKS,
    MEMBERS_OF_A_LIST,
    OWN_PAGES,
    PAGES,
    PAGES_OF_A_LIST,
    STATUS,
    View,
    Viewer,
    count_of_pages,
    count_of_rule_pages,
    number_of,
    numbered,
    template_of,
)

TEMPLATES = Path(__file__).parent / "templates"
ONLY = "HEXAPLA_LOCALE"
"""The environment variable that limits a build, or a preview, to one locale."""

log = get_plugin_logger(__name__)


class HexaplaConfig(Config):  # type: ignore[no-untyped-call]
    """The plugin's options: `front_matter` lists further keys that documents may use, `policy` says what may be
    published, `reviewers` who looks after what, `checks` how severe rules are, `localized_links` which targets differ
    by language, `rules_page` whether the site has a page that lists the rules.

    hexapla.config reads and checks them; here they are only declared, so that MkDocs knows them.
    """

    front_matter = config_options.ListOfItems(config_options.Type(str), default=[])
    policy = config_options.Type(dict, default={})
    reviewers = config_options.Type(dict, default={})
    checks = config_options.Type(dict, default={})
    localized_links = config_options.Type(dict, default={})
    rules_page = config_options.Type(bool, default=False)


class HexaplaPlugin(BasePlugin[HexaplaConfig]):  # type: ignore[no-untyped-call]
    """Makes a multilingual site of what MkDocs and static-i18n build."""

    def __init__(self) -> None:
        """Nothing is read before MkDocs has read its configuration."""
        self.publication: Publication | None = None
        self.states = Report({}, (), has_records=False)
        self.messages: Mapping[str, Messages] = {}
        self.marks = MarkExtension()
        self.is_part = False
        self.environment: jinja2.Environment | None = None
        self.store: Store | None = None
        self.assets: Assets | None = None
        self.menu: MenuPages | None = None
        self.lists_of_pages = 0
        """How many pages list all pages."""
        self.locale: Locale
        self.viewer: Viewer
        self.views: dict[str, View] = {}
        """Views that were made before their pages are rendered, by the paths of their documents."""
        self.pages: dict[str, View] = {}
        self.others: list[View] = []
        self.source_index = ""
        """The search index of the source, to be written last: the search plugin writes one of all languages there."""

    # Configuration

    @event_priority(100)
    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Read and check the publication before anything is built."""
        i18n = config.plugins.get("i18n")
        only = os.environ.get(ONLY)
        if i18n is not None and only and i18n.current_language is None:
            build_only(config, only)
        if self.publication is None:
            self.use(*_read(config.config_file_path))
        assert self.publication is not None
        extensions: list[Any] = config.markdown_extensions
        if self.marks not in extensions:
            extensions.append(self.marks)
        site = self.publication.site
        code = (i18n and i18n.current_language) or site.source.code
        self.locale = site.locale(code)
        self.viewer = Viewer(self.publication, self.locale, self.messages, self.has_status)
        self.pages, self.others = {}, []
        self.place_templates(config)
        self.find_assets(config)
        self.menu = None
        self._word_extensions(config)
        return config

    def use(self, found: Publication, states: Report, messages: Mapping[str, Messages]) -> None:
        """Take a publication that was read and checked, the state of its translations, and every locale's words."""
        self.publication = status.publishable(found, states)
        self.states, self.messages = states, messages

    @property
    def has_status(self) -> bool:
        """Whether there is a status page: where there are records, and no document of the site has its name."""
        assert self.publication is not None
        own = self.publication.files[self.publication.site.source.code]
        return self.states.has_records and STATUS not in own

    def place_templates(self, config: MkDocsConfig) -> None:
        """Put the tool's templates after the site's own and before the theme's; drop the theme's sitemap."""
        own = str(TEMPLATES)
        if own not in config.theme.dirs:
            config.theme.dirs.insert(1 if config.theme.custom_dir else 0, own)
        config.theme.static_templates.discard("sitemap.xml")

    def find_assets(self, config: MkDocsConfig) -> None:
        """Find the files of our theme, where the site uses it."""
        folders = [config.docs_dir, *config.theme.dirs]
        sheets = [Path(folder, path) for path in config.extra_css for folder in folders]
        scripts = [Path(folder, str(path)) for path in config.extra_javascript for folder in folders]
        self.assets = assets.find(config.theme.dirs, config.theme.custom_dir, sheets, scripts, self.store)

    def is_copied(self, file: File, config: MkDocsConfig) -> bool:
        """Whether a file belongs into the site. With our theme, nothing of Material does, nor do sources of ours."""
        if self.assets is None or file.src_dir not in config.theme.dirs:
            return True
        return file.src_dir == config.theme.custom_dir and not file.src_uri.startswith(f"{assets.FOLDER}/")

    def _word_extensions(self, config: MkDocsConfig) -> None:
        """Give the Markdown extensions that put words into pages the words of this locale."""
        words = self.messages[self.locale.code]
        toc = config.mdx_configs.setdefault("toc", {})
        if toc.get("permalink"):
            toc["permalink_title"] = cleaning.without_tags(words.gettext("Link to this section"))
        footnotes = config.mdx_configs.setdefault("footnotes", {})
        # Python-Markdown fills the number of the note into the braces.
        back = words.gettext("Back to where note %(number)s is mentioned") % {"number": "{}"}
        footnotes["BACKLINK_TITLE"] = cleaning.without_tags(back)

    # Files and pages

    @event_priority(100)
    def _on_files_first(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Leave out of the publication what MkDocs leaves out: drafts and excluded documents."""
        left_out = {file.src_uri for file in files if file.inclusion.is_excluded()}  # type: ignore[no-untyped-call]
        # A translation goes with its source.
        source, codes = self.viewer.site.source.code, self.viewer.publication.documents
        gone = {uri.partition("/")[2] for uri in left_out if uri.startswith(f"{source}/")}
        left_out |= {f"{code}/{path}" for code in codes for path in gone if path in codes[code]}
        if left_out:
            self.publication = self.viewer.publication.without(left_out)
            self.viewer = Viewer(self.publication, self.locale, self.messages, self.has_status)
        own = self.viewer.publication.documents
        for file in list(files):
            code, _, path = file.src_uri.partition("/")
            is_unread = code in own and path not in own[code] and file.is_documentation_page()
            if not self.is_copied(file, config):
                files.remove(file)
            elif is_unread and not file.inclusion.is_excluded():  # type: ignore[no-untyped-call]
                files.remove(file)  # its source is left out, or the locale's policy lets the source's page stand in
        return files

    @event_priority(-150)
    def _on_files_last(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Add the pages that have no document. static-i18n would drop them, so this comes after it."""
        site = self.viewer.site
        paths = self._lists_of_categories()
        if site.has_comments:
            paths += OWN_PAGES
        if self.has_status:
            paths.append(STATUS)
        if site.has_rules_page:
            paths += self._numbered(CHECKS, count_of_rule_pages())
        if self.assets:
            paths += self._lists_of_pages(files, config)
            self._add_assets(self.assets, files, config)
        for path in paths:
            uri = f"{self.locale.code}/{path}"
            file = File.generated(config, uri, content="", inclusion=InclusionLevel.NOT_IN_NAV)
            file.dest_uri = url_of(self.locale.folder + path, use_directory_urls=False)
            if site.use_directory_urls:
                file.dest_uri = file.dest_uri.removesuffix(".html") + "/index.html"
            files.append(file)
        if self.is_part and not self.locale.is_source:
            # The source locale's part has the files that all locales share; here, links have to find them.
            for file in files:
                if not file.is_documentation_page() and not file.dest_uri.startswith(self.locale.folder):
                    file.inclusion = InclusionLevel.EXCLUDED
        return files

    def _lists_of_categories(self) -> list[str]:
        """The pages that list the members of each category."""
        found = []
        for key in self.viewer.site.categories:
            if members := self.viewer.publication.in_category(key):
                found += self._numbered(f"category/{key}.md", count_of_pages(len(members), MEMBERS_OF_A_LIST))
        return found

    def _lists_of_pages(self, files: Files, config: MkDocsConfig) -> list[str]:
        """The pages that list all pages, where they are too many for each page, and no document has its name."""
        pages = [file for file in files.documentation_pages() if not file.inclusion.is_excluded()]  # type: ignore[no-untyped-call]
        own = self.viewer.publication.files[self.viewer.site.source.code]
        shown = [file for file in pages if file.inclusion.is_in_nav()]  # type: ignore[no-untyped-call]
        count = _count(config.nav) if config.nav else len(shown)
        self.lists_of_pages = count_of_pages(count, PAGES_OF_A_LIST) if len(pages) > LIMIT and PAGES not in own else 0
        return self._numbered(PAGES, self.lists_of_pages)

    def _numbered(self, path: str, count: int) -> list[str]:
        """The paths of a list's pages, but for those that a document has."""
        own = self.viewer.publication.files[self.viewer.site.source.code]
        return [one for number in range(1, count + 1) if (one := numbered(path, number)) not in own]

    def _add_assets(self, found: Assets, files: Files, config: MkDocsConfig) -> None:
        """Add what the pages of our theme fetch, and this locale's words for its scripts."""
        words = json.dumps(self.viewer.words(), ensure_ascii=False, separators=(",", ":"))
        for uri, content in (found.files | {f"{self.locale.folder}words.json": words.encode()}).items():
            files.append(File.generated(config, uri, content=content))

    on_files = CombinedEvent(_on_files_first, _on_files_last)

    @event_priority(-150)
    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        """Set the home page where static-i18n finds none, as for a locale with a territory (`pt-BR`)."""
        if nav.homepage is None:
            home = self.viewer.publication.url(self.locale, "index.md") or "./"
            found = [page for page in nav.pages if page.file.url == home]
            nav.homepage = found[0] if found else None
        return nav

    @event_priority(100)
    def on_page_markdown(self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Give a page the front matter that counts, before its title is taken from it."""
        self.note_meta(page)
        return self._mark(_path_of(page), markdown)

    def note_meta(self, page: Page) -> None:
        """Give a page the front matter that counts."""
        path = _path_of(page)
        if page.file.generated_by:
            template = template_of(path)
            # Themes put a title into the page as it is.
            page.meta = {"template": template, "title": str(escape(self._title_of(path)))}
        else:
            page.meta = self.viewer.publication.meta(self.locale, path)
            page.edit_url = _edit_url(page)
            if own := self._contributed(page):
                # Themes put these texts into pages as they are.
                page.meta |= {key: cleaning.harmless(value) for key, value in own.meta.items()}

    def _contributed(self, page: Page) -> Document | None:
        """The document behind a page, where translators have written it; None for the source's and for fallbacks."""
        code, _, path = page.file.src_uri.partition("/")
        is_own = code == self.locale.code and not self.locale.is_source and not page.file.generated_by
        return self.viewer.publication.document(self.locale, path) if is_own else None

    def _mark(self, path: str, markdown: str) -> str:
        """Mark what is stale or missing in a translation, unless another plugin has changed its text before."""
        site = self.viewer.site
        document = self.viewer.publication.document(self.locale, path)
        source = self.viewer.publication.document(site.source, path)
        counts = self._counts(path)
        self.marks.page = None
        if document is None or source is None or counts is None or counts.is_current:
            return markdown
        units = self.states.units[self.locale.code, path]
        self.marks.page = MarkedPage(units, site.source, self.messages[self.locale.code])
        if markdown.strip() != marking.mark(document, source, ()).strip():
            log.info(f"{path}: another plugin has changed the text, so stale paragraphs are not marked")
            return markdown
        return marking.mark(document, source, units)

    def _counts(self, path: str) -> Row | None:
        """How a translated document stands to its source."""
        return self.states.counts.get((self.locale.code, path))

    def _title_of(self, path: str) -> str:
        """The title of a page that has no document."""
        words = self.messages[self.locale.code]
        if path == "comments/thanks.md":
            # translators: title of the page shown after a comment was sent
            return words.gettext("Thank you")
        if path == "comments/sorry.md":
            # translators: title of the page shown when a comment could not be taken
            return words.gettext("Something went wrong")
        if path == STATUS:
            # translators: title of the page that shows how far each translation is
            return words.gettext("State of the translations")
        first, number = number_of(path)
        # A list's further pages tell themselves apart by their numbers, as their links do.
        ending = f" ({cldr.format_number(number, self.locale.code)})" if number > 1 else ""
        if first == CHECKS:
            # translators: title of the page that lists the rules by which translations are checked
            return words.gettext("What is checked") + ending
        if first == PAGES:
            return words.gettext("All pages") + ending
        return words.gettext(self.viewer.site.categories[Path(first).stem]) + ending

    # Rendering

    @event_priority(100)
    def on_page_content(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Turn marks in what Python-Markdown left alone, such as the words inside of raw HTML, into anchors.

        Then clean the page of what a translation may not bring in. Plugins behind this one, which the site's owner has
        chosen, find the page cleaned.
        """
        if marking.OPENING in html:
            html = marking.place_left(html, self.marks.page)
        if self._contributed(page) is None:
            return html
        cleaning.clean_contents(page.toc)
        self.clean_title(page)
        html = cleaning.clean(html, lambda: self._rendered_source(_path_of(page), config))
        return marking.mark_links(html, page.url, self.viewer.fallbacks, self.viewer.site.source)

    def clean_title(self, page: Page) -> None:
        """Make the title of a page harmless that translators have written."""
        # A title in the object itself is from the navigation of mkdocs.yml.
        if self._contributed(page) is not None and "title" not in vars(page) and isinstance(page.title, str):
            page.title = cleaning.shown(page.title)

    def _rendered_source(self, path: str, config: MkDocsConfig) -> str:
        """The source of a translation, rendered as this build renders, but for links, which need its place."""
        source = self.viewer.publication.document(self.viewer.site.source, path)
        found: list[Any] = config.markdown_extensions
        extensions = [one for one in found if one is not self.marks]
        markdown = Markdown(extensions=extensions, extension_configs=config.mdx_configs)
        return markdown.convert(source.body.replace("\r\n", "\n").replace("\r", "\n")) if source else ""

    @event_priority(-150)
    def on_env(self, env: jinja2.Environment, *, config: MkDocsConfig, files: Files) -> jinja2.Environment:
        """Escape everything in the templates below hexapla/, and translate in all of them."""
        words = self.messages[self.locale.code]
        prepare(env)
        # Jinja takes what these give for markup wherever the template that was asked for escapes (its "newstyle"), so
        # they escape the words of catalogs themselves; what is put into them is escaped by Markup.
        env.install_gettext_callables(  # type: ignore[attr-defined]
            _escaping(words.gettext),
            _escaping(words.ngettext),
            pgettext=_escaping(words.pgettext),
            npgettext=_escaping(words.npgettext),
        )
        env.globals["assets"] = self.assets
        if self.assets is not None:
            # Material's own words, which are the same for all pages of a locale.
            env.globals["lang"] = env.get_template("partials/language.html").make_module({"config": config})
        self.environment = env
        return env

    @event_priority(-150)
    def on_page_context(
        self, context: TemplateContext, *, page: Page, config: MkDocsConfig, nav: Navigation
    ) -> TemplateContext:
        """Give the page its view; mark what is in another language. After the search plugin has read the text."""
        view = self.views.pop(page.file.src_uri, None) or self.view_of(page, config)
        if view.is_document:
            view = self.viewer.with_text(view, page.content or "")
        self.keep(page, view)
        if view.is_document:
            page.canonical_url = view.canonical
            if view.is_fallback:
                page.content = self._render("fallback.html", view=view, html=Markup(page.content))  # noqa: S704
            elif view.stale or view.missing:
                page.content = self._render("states.html", view=view) + (page.content or "")
        context["view"] = view  # type: ignore[typeddict-unknown-key]
        self.add_menu(context, nav, page.url)
        context["all_pages"] = self._listed(nav, page)  # type: ignore[typeddict-unknown-key]
        if page.file.generated_by:
            self._lead_switcher(config, _path_of(page))
        return context

    def add_menu(self, context: TemplateContext, nav: Navigation, url: str) -> None:
        """Give the templates of our theme the list of the site's pages, as the page at an address shows it."""
        if self.assets is not None:
            context["menu"] = self._menu(nav).menu(url)  # type: ignore[typeddict-unknown-key]

    def menu_of(self, nav: Navigation, page: Page) -> object:
        """What a page shows of the list of the site's pages; its `repr` tells it from any other."""
        if self.assets is None:
            return ()
        return self._menu(nav).menu(page.url), self._listed(nav, page)

    def _listed(self, nav: Navigation, page: Page) -> Sequence[Entry]:
        """The pages that a page lists which is one of those that list all."""
        path, number = number_of(_path_of(page))
        if path != PAGES or not page.file.generated_by:
            return ()
        return part(self._menu(nav).entries, (number - 1) * PAGES_OF_A_LIST, number * PAGES_OF_A_LIST)

    def _menu(self, nav: Navigation) -> MenuPages:
        if self.menu is None:
            # The page of all pages lies in the folder of the locale's home.
            path = url_of(self.locale.folder + PAGES, self.viewer.site.use_directory_urls)
            entries = _entries(nav.items, self.locale, self.viewer.site.source)
            self.menu = MenuPages(entries, path if self.lists_of_pages else "")
        return self.menu

    def view_of(self, page: Page, config: MkDocsConfig) -> View:
        """The view of a page, but for the text of its document."""
        path = _path_of(page)
        base = "../" * page.url.count("/") or "./"
        if not page.file.generated_by:
            view = self.viewer.document(path, base, _plain_title(page), page.edit_url or "")
            return view if view.is_fallback else self.viewer.with_states(view, self._counts(path))
        if path in OWN_PAGES:
            return self.viewer.own_page(path, base, self._title_of(path))
        if path == STATUS:
            edit = config.repo_url and config.edit_uri and urljoin(config.repo_url.rstrip("/") + "/", config.edit_uri)
            return self.viewer.status_page(path, self._title_of(path), base, self.states, edit or "")
        if number_of(path)[0] == PAGES:
            return self.viewer.pages_page(path, self._title_of(path), base, self.lists_of_pages)
        if number_of(path)[0] == CHECKS:
            return self.viewer.checks_page(path, self._title_of(path), base)
        return self.viewer.category_page(path, self._title_of(path), base)

    def keep(self, page: Page, view: View) -> None:
        """Remember the view of a page that is, or was, rendered, for what is written beside the pages."""
        if view.is_document:
            self.pages[_path_of(page)] = view
        else:
            self.others.append(view)

    def _lead_switcher(self, config: MkDocsConfig, path: str) -> None:
        """Let the theme's language links lead to a page that this tool adds, which static-i18n does not know; or home.

        It leaves those of the page before, in an attribute that hides the item of the same name.
        """
        i18n = config.plugins.get("i18n")
        if i18n is None or not i18n.extra_alternate:
            return
        alternates = deepcopy(i18n.extra_alternate)
        folders = {locale.code: locale.folder for locale in self.viewer.site.locales}
        for alternate in alternates:
            if alternate["lang"] in folders and path:
                url = url_of(folders[alternate["lang"]] + path, self.viewer.site.use_directory_urls)
                alternate["link"] = url or "./"
        config.extra.alternate = alternates  # type: ignore[attr-defined]

    @event_priority(-150)
    def on_template_context(
        self, context: TemplateContext, *, template_name: str, config: MkDocsConfig
    ) -> TemplateContext:
        """Give 404.html its view."""
        self._lead_switcher(config, "")
        view = self.viewer.not_found(urlsplit(config.site_url or "/").path)
        context["view"] = view  # type: ignore[typeddict-unknown-key]
        self.add_menu(context, context["nav"], template_name)
        return context

    @event_priority(-150)
    def on_post_template(self, output_content: str, *, template_name: str, config: MkDocsConfig) -> str:
        """Put each locale's 404.html into its folder; MkDocs knows only the one at the root."""
        if template_name != "404.html":
            return output_content
        view = self.viewer.not_found(urlsplit(config.site_url or "/").path)
        output = self._complete(output_content, view)
        if self.locale.is_source:
            return output
        outputs.write(Path(config.site_dir, self.locale.folder, "404.html"), output)
        return ""

    @event_priority(-150)
    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str:
        """Complete the head of pages whose theme does not include hexapla/head.html."""
        path = _path_of(page)
        view = self.pages.get(path) or next((view for view in self.others if view.url.endswith(page.url)), None)
        return self._complete(output, view) if view else output

    def _complete(self, output: str, view: View) -> str:
        """Put what machines need into the head of a page of a theme that knows nothing of this tool.

        Material's own alternates go: they are relative, and name fallbacks. Its search index is looked for below
        `base`, so that becomes the locale's root.
        """
        if 'property="og:locale"' in output:
            return self.assets.finished(output) if self.assets else output
        # Only where the theme writes: the body may hold such texts in attributes.
        head, end, body = output.partition("</head>")
        head = re.sub(r"[ \t]*<link rel=\"alternate\" [^>]*hreflang=[^>]*>\n?", "", head)
        head += self._render("head.html", view=view) + "\n" if end else ""
        base = view.base + self.locale.folder.rstrip("/") if self.locale.folder else ""
        text, settings, rest = body.rpartition('<script id="__config"')
        if base and settings:
            rest = re.sub(r'^([^>]*>[^<]*?"base": ?")[^"]*', rf"\g<1>{base}", rest, count=1)
        return head + end + text + settings + rest

    def _render(self, name: str, **context: Any) -> str:
        assert self.environment is not None
        return self.environment.get_template(f"hexapla/{name}").render(**context)

    # What is written beside the pages

    @event_priority(50)
    def _on_post_build_first(self, *, config: MkDocsConfig) -> None:
        """Write this locale's sitemap, feed and search index."""
        outputs.write_locale(Path(config.site_dir), self.locale, *self.texts_beside())
        index = self.index(config)
        if self.locale.is_source:
            self.source_index = index
        else:
            self.write_index(config, index)

    def forget(self) -> None:
        """Begin anew with the views of pages."""
        self.pages, self.others = {}, []

    def texts_beside(self) -> tuple[str, str]:
        """This locale's sitemap and feed."""
        articles = [self.pages[path] for path in self.viewer.publication.articles() if path in self.pages]
        own = [view for view in articles if not view.is_fallback]
        sitemap = outputs.sitemap([*self.pages.values(), *self.others])
        return sitemap, outputs.feed(self.viewer.site, self.locale, own)

    def index(self, config: MkDocsConfig) -> str:
        """This locale's search index, of what the search plugin has collected; empty where the site has no search."""
        if not search.is_used(config.plugins):
            return ""
        found, source = self.viewer.publication, self.viewer.site.source.code
        own = [path for path in found.documents[source] if not found.is_fallback(self.locale, path)]
        urls = {found.url(self.locale, path) for path in own}
        entries = [one for one in search.entries_of(config.plugins) if one["location"].partition("#")[0] in urls]
        return search.index([search.docs(entries, self.locale.folder)], self.locale.tag.split("-")[0])

    @event_priority(-150)
    def _on_post_build_last(self, *, config: MkDocsConfig) -> None:
        """After static-i18n has built the other locales: write what spans them.

        It comes last, because the search plugin has written one index of all languages to the root.
        """
        i18n = config.plugins.get("i18n")
        if i18n is not None and i18n.building and not self.is_part:
            return
        site = self.viewer.site
        self.write_index(config, self.source_index, site.source)
        if not self.is_part:
            outputs.write_shared(Path(config.site_dir), site)
            outputs.write_status(Path(config.site_dir), site, self.states, self.messages)

    on_post_build = CombinedEvent(_on_post_build_first, _on_post_build_last)

    def write_index(self, config: MkDocsConfig, index: str, locale: Locale | None = None) -> list[str]:
        """Write the search index of a locale, of this one unless another is named; an empty one is none.

        Gives its name, where it is another than before.
        """
        name = f"{(locale or self.locale).folder}search/search_index.json"
        return [name] if index and outputs.write(Path(config.site_dir, name), index) else []


def build_only(config: MkDocsConfig, locale: str) -> None:
    """Make a build of this configuration build one locale and no other."""
    i18n: Any = config.plugins["i18n"]
    i18n.current_language = locale
    i18n.building = True


def _read(config_file: str | None) -> tuple[Publication, Report, dict[str, Messages]]:
    """Read and check everything. Raises MkDocs' Abort, after logging every problem."""
    try:
        found = prechecks.read(config_file)
        messages = {locale.code: catalogs.load(found.site, locale) for locale in found.site.locales}
        return found, status.report(found), messages
    except Stop as stop:
        for problem in stop.problems:
            log.error(f"{problem}\n  hint: {problem.hint}")
        raise Abort(f"Stopped: {len(stop.problems)} problem(s), see above. The site is as it was.") from None


def _count(nav: Any) -> int:
    """How many entries a navigation of mkdocs.yml has, but for sections."""
    if isinstance(nav, dict):
        return sum(map(_count, nav.values()))
    return sum(map(_count, nav)) if isinstance(nav, list) else 1


def _entries(items: Iterable[Any], locale: Locale, source: Locale) -> list[Entry]:
    """The navigation as plain entries; sections without a page are left out."""
    found = []
    for item in items:
        if item.is_section:
            children = _entries(item.children, locale, source)
            if children:
                found.append(Entry(item.title, children[0].url, children=children))
        else:
            is_foreign = item.is_page and getattr(item.file, "locale", locale.code) != locale.code
            found.append(Entry(item.title, item.url or "", source.tag if is_foreign else ""))
    return found


def _escaping(translate: Callable[..., str]) -> Callable[..., Markup]:
    @functools.lru_cache(maxsize=1024)  # each page says the same words
    def give(*arguments: Any) -> Markup:
        return escape(translate(*arguments))

    return give


def prepare(env: jinja2.Environment) -> None:
    """Set up all of an environment that templates are compiled with; it is the same for every locale."""
    env.autoescape = _is_ours
    for extension in ("jinja2.ext.loopcontrols", "jinja2.ext.i18n", Compact):  # the first is static-i18n's
        env.add_extension(extension)
    env.newstyle_gettext = True  # type: ignore[attr-defined]
    env.filters["striptags"] = cleaning.striptags


def _is_ours(template: str | None) -> bool:
    return bool(template) and str(template).startswith("hexapla/")


def _path_of(page: Page) -> str:
    """The path of a page's document below its locale's folder."""
    return page.file.src_uri.partition("/")[2]


def _edit_url(page: Page) -> str:
    """Where a page's text is edited; MkDocs leaves in it what an address cannot hold."""
    url, path = page.edit_url or "", page.file.src_uri
    return url.removesuffix(path) + quote(path) if url.endswith(path) else url


def _plain_title(page: Page) -> str:
    """The title of a page as plain text; MkDocs gives the one from a heading with entities."""
    own = page.meta.get("title")
    return cleaning.whole(own) if own else unescape(cleaning.whole(page.title or ""))
