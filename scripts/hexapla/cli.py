"""The command line; the only module that prints and exits.

Exit status: 0 all is well, 1 problems were found, 2 the command was not understood.
"""

from __future__ import annotations

import functools
import logging
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click
from rich.console import Console
from rich.table import Table

import hexapla
from hexapla import build as building
from hexapla import catalogs as cataloguing
from hexapla import checks, config
from hexapla import serve as serving
from hexapla.config import Locale
from hexapla.problems import Problem, Stop, shown
from hexapla.publication import Publication


def report(problems: Sequence[Problem]) -> None:
    """Print problems, each with its hint below."""
    for problem in problems:
        click.echo(str(problem), err=True)
        click.echo(f"  hint: {problem.hint}", err=True)


def verb(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option that every verb has, and turn what stops it into lines and exit status 1."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            function(*args, **kwargs)
        except Stop as stop:
            report(stop.problems)
            sys.exit(1)
        except BrokenPipeError:
            sys.exit(1)

    option = click.option(
        "-f",
        "--config-file",
        metavar="FILE",
        help="The site's configuration. Default: mkdocs.yml in the current folder.",
    )
    return option(run)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(hexapla.__version__, prog_name="hexapla")
def main() -> None:
    """Build a multilingual site, and keep its translations whole."""


@main.command()
@verb
def build(config_file: str | None) -> None:
    """Build the site: every locale, side by side; published only if nothing is wrong."""
    found = checks.read(config_file)
    results = building.build(found, _progress(found))
    _show_results(results)
    click.echo(f"Built {shown(found.site.site_dir)}")


def _progress(found: Publication) -> building.Progress:
    """Give what tells of the build's progress: one line that changes on a terminal, plain lines elsewhere."""
    waiting = {locale.code for locale in found.site.locales}

    def change(locale: Locale, what: str) -> None:
        if what == "done":
            waiting.discard(locale.code)
            line = f"Building {' '.join(sorted(waiting)) or 'what spans locales'} …"
            click.echo(f"\r\033[K{line if waiting else ''}", nl=False)

    def tell(locale: Locale, what: str) -> None:
        click.echo(f"{locale.code}: {what}")

    # A progress display of rich would run a thread, and the build forks.
    return change if sys.stdout.isatty() else tell


def _show_results(results: Sequence[building.Built]) -> None:
    """Print the table at the end of a build."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("locale")
    for name in ("pages", "fallbacks", "bytes", "seconds"):
        table.add_column(name, justify="right")
    for one in results:
        table.add_row(one.locale.code, str(one.pages), str(one.fallbacks), f"{one.size:,}", f"{one.seconds:.2f}")
    Console().print(table)


@main.command()
@click.argument("locale", required=False)
@click.option("-a", "--dev-addr", metavar="IP:PORT", help="Where to listen. Default: 127.0.0.1:8000.")
@click.option("-o", "--open", "open_browser", is_flag=True, help="Open the preview in a browser.")
@verb
def serve(config_file: str | None, locale: str | None, dev_addr: str | None, open_browser: bool) -> None:
    """Show a preview that follows every change; with LOCALE, of that language only."""
    from mkdocs.exceptions import MkDocsException

    site = config.load(config_file)
    logging.basicConfig(format="%(message)s", level=logging.INFO)
    try:
        serving.serve(site, locale, dev_addr, open_browser)
    except MkDocsException as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except OSError as error:
        hint = "choose another port, for example: --dev-addr 127.0.0.1:8001"
        problem = site.problem("dev_addr", "address", f"cannot listen there: {error.strerror or error}", hint)
        raise Stop([problem]) from None


@main.group()
def catalogs() -> None:
    """Keep the words of the interface: locales/site.pot and each locale's site.po."""


@catalogs.command()
@verb
def extract(config_file: str | None) -> None:
    """Collect the messages of templates and configuration into locales/site.pot."""
    site = config.load(config_file)
    path = cataloguing.template_path(site)
    changed = cataloguing.write(path, cataloguing.extract(site), None)
    click.echo(f"{shown(path)}: {'written' if changed else 'is up to date'}")


@catalogs.command()
@verb
def update(config_file: str | None) -> None:
    """Extract, then bring every locale's catalog in step; reworded messages become fuzzy."""
    changed = cataloguing.update(config.load(config_file))
    for path in changed:
        click.echo(f"{shown(path)}: written")
    if not changed:
        click.echo("All catalogs are up to date.")


@catalogs.command("check")
@verb
def check_catalogs(config_file: str | None) -> None:
    """Find what is missing, fuzzy or wrong in the catalogs."""
    problems = sorted(cataloguing.check(config.load(config_file)))
    if problems:
        raise Stop(problems)
    click.echo("All catalogs are complete.")
