"""The preview: MkDocs' own server with live reload, for all locales or for one."""

from __future__ import annotations

import os
from pathlib import Path

from hexapla import catalogs
from hexapla.config import Site


def serve(site: Site, locale: str | None, address: str | None, open_browser: bool) -> None:
    """Serve the site until the user interrupts. With a locale, only that one is built, which is faster.

    Raises MkDocs' Abort where the first build fails, and OSError where the address is taken.
    """
    from mkdocs.commands import serve as mkdocs_serve

    from hexapla.plugin import ONLY

    if locale:
        os.environ[ONLY] = site.locale(locale).code
    watch = [str(path) for path in watched(site) if path.is_dir()]
    # None stands for the address in mkdocs.yml.
    mkdocs_serve.serve(str(site.config_file), watch=watch, open_in_browser=open_browser, dev_addr=address)


def watched(site: Site) -> list[Path]:
    """The folders whose changes show in the preview, besides docs/ and mkdocs.yml, which MkDocs watches itself."""
    return [catalogs.template_path(site).parent, *([site.custom_dir] if site.custom_dir else [])]
