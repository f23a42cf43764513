"""The files of one locale, chosen and placed as mkdocs-static-i18n does, in a small part of its time.

static-i18n makes new objects of all files for every language, and again for every alternate of every file; here, only
those that are chosen are made, and alternates only where a theme asks for them.
"""

from __future__ import annotations

import copy
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, get_files
from mkdocs_static_i18n.folder import I18nFiles, create_i18n_file

log = logging.getLogger(__name__)


_FOUND: dict[tuple[str, ...], tuple[File, ...]] = {}
"""What was found last in this process, by the folders that it was found in; the locales of a build share it."""


def forget_files() -> None:
    """Look for files anew the next time."""
    _FOUND.clear()


def all_files(config: MkDocsConfig, is_copied: Callable[[File, MkDocsConfig], bool]) -> Files:
    """Find the files of docs/ and of the theme, as MkDocs does, that are copied into the site; those of a process are
    looked for once."""
    documents, all_folders = (config.docs_dir,), (config.docs_dir, *config.theme.dirs)
    if documents not in _FOUND:
        _FOUND.clear()
        _FOUND[documents] = tuple(get_files(config))
    if all_folders not in _FOUND:
        files = Files(list(_FOUND[documents]))
        environment = config.theme.get_env()
        names = theme_files(environment.loader)
        environment.list_templates = lambda filter_func=None, **_: [one for one in names if filter_func(one)]  # type: ignore[method-assign]
        files.add_files_from_theme(environment, config)
        _FOUND[all_folders] = tuple(file for file in files if is_copied(file, config))
    return Files([_placed(file, config) for file in _FOUND[all_folders]])


def _placed(file: File, config: MkDocsConfig) -> File:
    """Copy a file, for the site's folder as it is now; `localized` makes a document or picture anew, so it is left."""
    if file.src_dir == config.docs_dir:
        return file
    one = copy.copy(file)  # plugins change what they are given
    one.dest_dir = config.site_dir
    vars(one).pop("abs_dest_path", None)
    return one


def theme_files(loader: Any) -> list[str]:
    """List the templates of a theme, and leave out its hidden folders, which hold 10,000 icons that are no files of
    a site; MkDocs lists them all, and drops them afterwards."""
    found: set[str] = set()
    for folder in loader.searchpath:
        for root, folders, names in os.walk(folder):
            folders[:] = [name for name in folders if not name.startswith(".")]
            inside = os.path.relpath(root, folder).replace(os.sep, "/")
            found.update(name if inside == "." else f"{inside}/{name}" for name in names)
    return sorted(found)


class _Alternates(dict[str, File]):
    """The versions of a file in other languages, made when a theme asks for them; ours never does."""

    def __init__(self, own: Mapping[str, File], fill: Callable[[dict[str, File]], None]) -> None:
        super().__init__(own)
        self._fill: Callable[[dict[str, File]], None] | None = fill

    def _filled(self) -> dict[str, File]:
        if self._fill is not None:
            fill, self._fill = self._fill, None
            fill(self)
        return self

    def __contains__(self, key: object) -> bool:
        return dict.__contains__(self._filled(), key)

    def __getitem__(self, key: str) -> File:
        return dict.__getitem__(self._filled(), key)

    def __iter__(self) -> Iterator[str]:
        return dict.__iter__(self._filled())

    def items(self) -> Any:
        return dict.items(self._filled())


class LocaleFiles(I18nFiles):  # type: ignore[misc]  # static-i18n has no types
    """The files of a locale. While `lookups` is a mapping, what is looked up is noted in it: its address, or None."""

    lookups: dict[str, str | None] | None = None

    def __init__(self, plugin: Any, files: Files) -> None:
        """Begin with some files; `plugin` is static-i18n's."""
        self._by_path: dict[str, File | None] = {}
        super().__init__(plugin, files)

    def get_file_from_path(self, path: str) -> File | None:
        """Find a file by the path that a document or the navigation gives."""
        if path not in self._by_path:
            # static-i18n's takes long, and tries this first.
            own = self.src_uris.get(path) if path.startswith(f"{self.plugin.current_language}/") else None
            self._by_path[path] = own or super().get_file_from_path(path)
        found = self._by_path[path]
        if self.lookups is not None:
            self.lookups[path] = described(found)
        return found

    def append(self, file: File) -> None:
        """Add a file."""
        self._by_path.clear()
        super().append(file)

    def remove(self, file: File) -> None:
        """Take a file out."""
        self._by_path.clear()
        super().remove(file)


def described(file: File | None) -> str | None:
    """What a page can tell of a file that it links to."""
    return f"{file.url} {file.inclusion.name}" if file else None


def localized(files: Files, i18n: Any, config: MkDocsConfig) -> LocaleFiles:
    """Choose and place the files of the current language, as ExtendedPlugin.reconfigure_files of static-i18n does.

    It makes new files of all files for every language, and again for the alternates; here, only those that are chosen
    are made.
    """
    codes, current, default = i18n.all_languages, i18n.current_language, i18n.default_language
    may_fall_back = i18n.config.fallback_to_default is True
    is_single = len(i18n.build_languages) < 2
    chosen: dict[str, tuple[File, str, str]] = {}
    others: dict[str, list[File]] = {}
    found = LocaleFiles(i18n, Files([]))
    places: dict[str, tuple[str, str]] = {}

    def made(file: File, language: str) -> File:
        top, _, rest = file.src_uri.partition("/")
        if rest and top in places and (one := _placed_quickly(file, places[top], language, default, config)):
            return one
        slow: File = create_i18n_file(file, language, default, codes, config)
        return slow

    documents = os.path.join(config.docs_dir, "")  # noqa: PTH118 - compared with texts
    for file in files:
        if not file.abs_src_path or not file.abs_src_path.startswith(documents):
            if file.is_documentation_page():
                log.warning(f"Unhandled file case - {file.src_uri}")
            else:
                found.append(file)
            continue
        top, _, rest = file.src_uri.partition("/")
        if top not in places:
            sample = made(file, current)
            places[top] = (str(sample.locale), str(sample.localization or ""))  # type: ignore[attr-defined]
        locale, localization = places[top] if rest else (default, "")
        name = rest if localization else file.src_uri
        is_page = file.is_documentation_page()
        if name not in chosen:
            if locale == current or (may_fall_back and locale == default):
                chosen[name] = (file, locale, current if is_page or locale == current else default)
            if is_page and locale != current:
                others.setdefault(name, []).append(file)
        elif is_page:
            if locale != current:
                others.setdefault(name, []).append(file)
                continue
            if not is_single and localization and chosen[name][1] == locale:
                raise ValueError(
                    f"Conflicting files for the default language '{default}': choose either '{name}' or "
                    f"'{chosen[name][0].src_uri}' but not both"
                )
            chosen[name] = (file, locale, current)
        elif localization == current:
            chosen[name] = (file, locale, current)
    selected = {name: made(file, language) for name, (file, _, language) in chosen.items()}
    for name, one in selected.items():
        found.append(one)

        def fill(alternates: dict[str, File], name: str = name, one: File = one) -> None:
            i18n.reconfigure_files_alternates({name: one}, {name: others.get(name, [])}, config, create_i18n_file)

        one.alternates = _Alternates(one.alternates, fill)  # type: ignore[attr-defined]
    return found


def _placed_quickly(
    file: File, place: tuple[str, str], current: str, default: str, config: MkDocsConfig
) -> File | None:
    """Make what create_i18n_file of static-i18n makes, in a small part of its time; None where only that knows.

    `place` is the language of the file's folder, and the same again, or nothing where the folder is no language's.
    """
    locale, localization = place
    uri = file.dest_uri
    if os.sep != "/" or uri.endswith("README.html") or file.generated_by:
        return None
    is_inside = uri.startswith(f"{locale}/")
    one = File(file.src_uri, config.docs_dir, uri, config.use_directory_urls, dest_uri=uri, inclusion=file.inclusion)
    if locale != current and (is_inside or current != default):
        one.dest_uri = f"{current}/{uri[len(locale) + 1 :] if is_inside else uri}"
    elif locale == current == default and is_inside:
        one.dest_uri = uri[len(locale) + 1 :]
    one.abs_dest_path = os.path.join(config.site_dir, one.dest_uri)  # noqa: PTH118
    one.url = one._get_url(config.use_directory_urls)
    more: Any = one
    more.alternates = {current: one}
    more.locale, more.locale_alternate_of, more.localization = locale, current, localization or None
    more.norm_src_uri = file.src_uri.removeprefix(f"{localization}/") if localization else file.src_uri
    return one
