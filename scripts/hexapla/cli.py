"""The command line; the only module that prints and exits.

Exit status: 0 all is well, 1 problems were found, 2 the command was not understood. A verb imports what it alone needs:
to start is a good part of what a check of a small site takes.
"""

from __future__ import annotations

import atexit
import errno
import functools
import gc
import json
import logging
import re
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import BrokenExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import hexapla
from hexapla import cldr, config
from hexapla.config import Locale, Site, guess
from hexapla.problems import Problem, Stop, say, shown

if TYPE_CHECKING:
    from hexapla.build import Progress
    from hexapla.built import Built
    from hexapla.findings import Report
    from hexapla.publication import Publication
    from hexapla.recording import Outcome


# The collector need not go through everything once more before the process ends.
atexit.register(gc.freeze)


def report(problems: Sequence[Problem]) -> None:
    """Print problems, each with its hint below."""
    from hexapla import reports

    for line in reports.lines(problems):
        click.echo(line, err=True)


def verb(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option that every verb has, and turn what stops it into lines and exit status 1."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> None:
        # Nearly all that a command makes it keeps to its end: looking for garbage takes a tenth of its time.
        gc.freeze()
        gc.set_threshold(200_000, 30, 30)
        try:
            function(*args, **kwargs)
        except Stop as stop:
            report(stop.problems)
            sys.exit(2 if all(problem.rule == "target" for problem in stop.problems) else 1)
        except BrokenPipeError:
            sys.exit(1)
        except (ChildProcessError, BrokenExecutor):
            place = Path(str(kwargs["config_file"] or "mkdocs.yml"))
            hint = say(
                "the system does so where memory is short: stop other programs; a large site can be built in parts"
            )
            report([Problem(place, 1, 1, "process", say("a process was killed before its work was done"), hint)])
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
@click.option(
    "-l", "--locale", "codes", multiple=True, metavar="LOCALE", help="Only this locale, into --out. May be repeated."
)
@click.option("--shard", metavar="N/M", help="Only the Nth of M shares of the pages, into --out.")
@click.option("--out", type=click.Path(path_type=Path), help="Write a part of the site into this folder, to be merged.")
@click.option("--profile", is_flag=True, help="Show where the time went, by stage and by page.")
@verb
def build(config_file: str | None, codes: tuple[str, ...], shard: str | None, out: Path | None, profile: bool) -> None:
    """Build the site: every locale, side by side; published only if nothing is wrong.

    Pages are kept in .cache/hexapla, so that the next build renders only what has changed. With --out, a part is
    built: see `hexapla plan` and `hexapla merge`.
    """
    from hexapla import beginning, built, parts
    from hexapla.cache import FOLDER, Store
    from hexapla.inputs import Snapshot

    share = parts.parse(shard) if shard else parts.WHOLE
    if out is None and (codes or shard):
        raise click.UsageError("A part of a site needs --out, the folder to write it into.")
    site, _ = config.examine(config_file)
    store = Store(site.root / FOLDER)
    seen = Snapshot.of(site, store.marks)
    if out is None and not profile and (known := built.unchanged(site, store, seen)):
        results, warned = known
        _count_warnings(warned)
        _show_results(results)
        click.echo(f"Nothing has changed; {shown(site.site_dir)} is as it was built")
        return
    begun = beginning.read_aside(config_file, site, store if out is None else store.only_read())
    from hexapla import build as building  # takes long to import

    if out is not None:
        chosen = [site.locale(code) for code in codes] or list(site.locales)
        results = building.build_part(begun, chosen, share, out, store, _progress(site))
    else:
        results = building.build(begun, _progress(site), _warn, store, seen)
    _show_results(results)
    if profile:
        _show_profile(results, store.trouble)
    click.echo(f"Built {shown(out or site.site_dir)}")


@main.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@verb
def merge(config_file: str | None, folders: tuple[Path, ...]) -> None:
    """Make the site of its parts, in the FOLDERS of `build --out`: the same bytes as one build of all."""
    from hexapla import beginning, parts
    from hexapla import build as building
    from hexapla.cache import FOLDER, Store

    site, _ = config.examine(config_file)
    store = Store(site.root / FOLDER, tuple(folders))
    begun = beginning.read_aside(config_file, site, store)
    parts.verify(site, folders)
    results = building.build(begun, _progress(site), _warn, store)
    _show_results(results)
    click.echo(f"Built {shown(site.site_dir)}")


@main.command()
@click.option(
    "-j", "--jobs", type=click.IntRange(1, 256), default=16, show_default=True, help="How many parts at most."
)
@click.option(
    "-w", "--words", type=click.IntRange(1), default=200_000, show_default=True, help="Words of a part at most."
)
@verb
def plan(config_file: str | None, jobs: int, words: int) -> None:
    """Print the parts in which a site can be built side by side, as JSON: a matrix for a CI engine."""
    from hexapla import parts, prechecks

    found = prechecks.read(config_file)
    click.echo(json.dumps({"include": parts.plan(found, jobs, words)}, ensure_ascii=False))


def _is_terminal() -> bool:
    """Whether the output goes to a terminal; it may go nowhere."""
    return bool(sys.stdout and sys.stdout.isatty())


def _progress(site: Site) -> Progress:
    """Give what tells of the build's progress: one line that changes on a terminal, plain lines elsewhere."""
    waiting = {locale.code for locale in site.locales}

    def change(locale: Locale, what: str) -> None:
        if what == "done":
            waiting.discard(locale.code)
            line = f"Building {' '.join(sorted(waiting)) or 'what spans locales'} …"
            click.echo(f"\r\033[K{line if waiting else ''}", nl=False)

    def tell(locale: Locale, what: str) -> None:
        click.echo(f"{locale.code}: {what}")

    # A progress display of rich would run a thread, and the build forks.
    return change if _is_terminal() else tell


def _warn(problems: Sequence[Problem]) -> None:
    _count_warnings(len(problems))


def _count_warnings(count: int) -> None:
    """Say how much the check of links warns of; to see it is for another command."""
    if count:
        click.echo(f"Warnings about links: {count}. To see them: hexapla links")


def _show_results(results: Sequence[Built]) -> None:
    """Print the table at the end of a build."""
    rows = [("locale", "pages", "fallbacks", "bytes", "seconds")]
    rows += [
        (one.locale.code, str(one.pages), str(one.fallbacks), f"{one.size:,}", f"{one.seconds:.2f}") for one in results
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        click.echo("  ".join([first.ljust(widths[0]), *cells]))


def _show_profile(results: Sequence[Built], trouble: str) -> None:
    """Print where the time of a build went: by stage in each locale, and the pages that took longest."""
    for one in results:
        click.echo(f"\n{one.locale.code}: {one.rendered} of {one.pages} pages rendered, the others from the cache")
        if one.time.reason:
            click.echo(f"  nothing can be kept: {one.time.reason}")
        for stage, seconds in one.time.stages.items():
            click.echo(f"  {seconds:7.3f} s  {stage}")
    pages = [(seconds, name) for one in results for name, seconds in one.time.pages.items()]
    if pages:
        click.echo("\nThe pages that took longest")
    for seconds, name in sorted(pages, reverse=True)[:10]:
        click.echo(f"  {seconds:7.3f} s  {name}")
    if trouble:
        click.echo(f"\nThe cache could not be used: {trouble}")


@main.command()
@click.argument("locale", required=False)
@click.option("-a", "--dev-addr", metavar="IP:PORT", help="Where to listen. Default: 127.0.0.1:8000.")
@click.option("-o", "--open", "open_browser", is_flag=True, help="Open the preview in a browser.")
@verb
def serve(config_file: str | None, locale: str | None, dev_addr: str | None, open_browser: bool) -> None:
    """Show a preview that follows every change; with LOCALE, of that language only."""
    from mkdocs.exceptions import MkDocsException

    from hexapla import serve as serving

    site = config.load(config_file)
    logging.basicConfig(format="%(message)s", level=logging.INFO)
    try:
        serving.serve(site, locale, dev_addr, open_browser, report)
    except MkDocsException as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except OSError as error:
        if error.filename is not None or error.errno not in ADDRESS:
            hint = say("check that the folder may be written and has room")
            message = say("cannot be written: %(reason)s", reason=error.strerror or str(error))
            raise Stop([Problem(Path(error.filename or site.site_dir), 1, 1, "file", message, hint)]) from None
        hint = say("choose another port, for example: --dev-addr 127.0.0.1:8001")
        problem = site.problem(
            "dev_addr", "address", say("cannot listen there: %(reason)s", reason=error.strerror or str(error)), hint
        )
        raise Stop([problem]) from None


ADDRESS = (errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES, socket.EAI_NONAME)
"""What the system says of an address where nobody can listen."""

TARGETS = click.argument("targets", nargs=-1, metavar="[LOCALE|PATH]...")


def finish(outcome: Outcome, nothing: str) -> None:
    """Say what has changed; report what could not be done, and exit with 1 then."""
    for path in outcome.changed:
        click.echo(f"{shown(path)}: written")
    if outcome.problems:
        raise Stop(outcome.problems)
    if not outcome.changed:
        click.echo(nothing)


def chosen(config_file: str | None, arguments: Sequence[str]) -> tuple[Publication, list[tuple[Locale, str]]]:
    """Read the publication, and find the translated documents that the user names.

    Documents that cannot be read stop everything: a record must not be made of half a text.
    """
    from hexapla import publication, recording

    found = publication.read(config.load(config_file))
    if found.problems:
        raise Stop(found.problems)
    return found, recording.targets(found, arguments)


@main.command()
@TARGETS
@click.option("--source-at", metavar="REV", default="", help="What you translated follows the source at this revision.")
@verb
def record(config_file: str | None, targets: Sequence[str], source_at: str) -> None:
    """Bring the record up to date: what you translated follows the present source."""
    from hexapla import recording

    finish(recording.record(*chosen(config_file, targets), source_at), "All records are up to date.")


@main.command()
@click.argument("target", metavar="PATH[:LINE]")
@verb
def done(config_file: str | None, target: str) -> None:
    """Say that a stale paragraph, or a whole document, is right as it stands."""
    from hexapla import recording

    match = re.fullmatch(r"(.+?)(?::(\d+)(?::\d+)?)?", target)
    path, line = (match[1], match[2]) if match else (target, None)
    found, documents = chosen(config_file, [path])
    if len(documents) > 1:
        raise click.UsageError("name one document, such as docs/fr/about.md")
    ((locale, document),) = documents
    finish(recording.done(found, locale, document, int(line) if line else None), "Nothing to do.")


@main.command()
@TARGETS
@verb
def apply(config_file: str | None, targets: Sequence[str]) -> None:
    """Write into the Markdown what was edited in catalogs with a PO tool, then record it."""
    from hexapla import recording

    finish(recording.apply(*chosen(config_file, targets)), "The Markdown holds everything that the catalogs hold.")


@main.command()
@TARGETS
@click.option("--source-at", metavar="REV", default="", help="The revision of git that was translated.")
@click.option("--source-at-key", metavar="KEY", default="", help="The front-matter key that names the revision.")
@verb
def adopt(config_file: str | None, targets: Sequence[str], source_at: str, source_at_key: str) -> None:
    """Make first records for translations that were there before."""
    from hexapla import recording

    found, documents = chosen(config_file, targets)
    finish(recording.adopt(found, documents, source_at, source_at_key), "Every translation has a record.")


@main.command()
@TARGETS
@verb
def diff(config_file: str | None, targets: Sequence[str]) -> None:
    """Show what changed in the original of stale paragraphs, word by word, beside the translation."""
    from hexapla import differences, translations
    from hexapla.translations import State

    found, documents = chosen(config_file, targets)
    styles = {"removed": ("red", "[-", "-]"), "added": ("green", "{+", "+}")}
    count = 0
    for locale, path in documents:
        for unit in translations.of_document(found, locale, path):
            if unit.state is State.STALE and unit.source and unit.translation:
                count += 1
                file = shown(found.site.docs_dir / locale.code / path)
                source = shown(found.site.docs_dir / found.site.source.code / path)
                click.echo(click.style(f"{file}:{unit.translation.line}", bold=True) + f"  {unit.translation.text}")
                text = ""
                for change in differences.words(unit.follows, unit.source.text):
                    colour, opening, closing = styles.get(change.kind, ("", "", ""))
                    marked = f"{opening}{change.text}{closing}"
                    text += click.style(marked, fg=colour) if colour else marked
                click.echo(f"{source}:{unit.source.line}  {text}\n")
    if not count:
        click.echo("Nothing is stale here.")


def list_rules(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    """Print every rule with its first sentence, and end."""
    if value and not context.resilient_parsing:
        from hexapla.rules import all_rules

        width = max(map(len, all_rules()))
        for name, rule in sorted(all_rules().items()):
            click.echo(f"{name:{width}}  {rule.summary}")
        context.exit()


def explain_rule(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    """Print one rule's documentation, and end."""
    if value is None or context.resilient_parsing:
        return
    from hexapla import reports, speech
    from hexapla.rules import all_rules

    if value not in all_rules():
        raise click.BadParameter(f"there is no such rule: {guess(value, sorted(all_rules()))}", param=parameter)
    translate = speech.translator(context.params.get("ui_locale") or "en")
    click.echo(reports.explanation(value, translate), nl=False)
    context.exit()


FORMATS = ("text", "json", "github", "sarif")

REPORT_OPTIONS = (
    click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True),
    click.option("--ui-locale", metavar="LOCALE", is_eager=True, help="Explain problems in this language."),
    click.option("--strict", is_flag=True, help="Let warnings fail too."),
    click.option("--baseline", metavar="FILE", help="Leave out the known problems that are in this file."),
    click.option("--write-baseline", metavar="FILE", help="Write all problems into a baseline."),
    click.option("--fix", is_flag=True, help="Mend what is safe to mend, after showing it."),
    click.option("--yes", is_flag=True, help="With --fix: do not ask before writing."),
    click.option(
        "--list", is_flag=True, is_eager=True, expose_value=False, callback=list_rules, help="List all rules."
    ),
    click.option("--explain", metavar="RULE", expose_value=False, callback=explain_rule, help="Explain a rule."),
)


def with_options(options: Sequence[Callable[..., Any]]) -> Callable[..., Any]:
    """Give a command several options, in their order."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


@main.command()
@TARGETS
@click.option("--changed-since", metavar="REV", default="", help="See that a change stays within one locale.")
@with_options(REPORT_OPTIONS)
@verb
def check(config_file: str | None, targets: Sequence[str], changed_since: str, **options: Any) -> None:
    """Check sources, translations, catalogs and records: everything, or what you name."""
    root = config.find(config_file).parent
    # The source is mended only where somebody names it: all its translations would be behind it then.
    spared = "" if targets else config.load(config_file).source.code if options["fix"] else ""
    from hexapla import checks

    found = told(lambda: checks.run(config_file, targets, changed_since), root, options, spared)
    if found.errors or (options["strict"] and found.problems):
        sys.exit(1)


def told(
    run: Callable[[], Report],
    root: Path,
    options: Mapping[str, Any],
    spared: str = "",
    is_built: bool = False,
) -> Report:
    """Run a check and tell what it found, as REPORT_OPTIONS ask for it: baseline, mending (not in the locale that is
    spared), format. Give the report. What `is_built` has to be built again before it can be looked at again.
    """
    from hexapla import checks
    from hexapla.findings import Report

    ui_locale = options["ui_locale"] or ""
    if ui_locale and not cldr.is_known(ui_locale):
        raise click.BadParameter("CLDR knows no such locale", param_hint="--ui-locale")

    def look() -> Report:
        found = run()
        return checks.without_baseline(found, Path(options["baseline"]), root) if options["baseline"] else found

    found = look()
    if options["write_baseline"]:
        file = Path(options["write_baseline"])
        checks.write_baseline(file, root, found.problems)
        click.echo(f"{shown(file)}: written; {len(found.problems)} known")
        return Report(())
    if options["fix"] and (mended := mend(found, spared, options["yes"])):
        found = (
            replace(found, problems=tuple(one for one in found.problems if one not in mended)) if is_built else look()
        )
        if is_built:
            click.echo("Build the site again to see what that has mended.", err=True)
    show(found, options["form"], ui_locale, root)
    return found


def mend(found: Report, spared: str, is_sure: bool) -> list[Problem]:
    """Show what can be mended, ask, write it; give the problems that this mended. One locale may be spared."""
    from hexapla import fixing

    problems = [problem for problem in found.problems if not spared or problem.locale != spared]
    planned = fixing.plan(problems)
    if not planned:
        click.echo("Nothing here can be mended by itself.", err=True)
        return []
    click.echo(fixing.diff(planned), err=True)
    if not is_sure and not (sys.stdin.isatty() and click.confirm("Write this?", err=True)):
        click.echo("Nothing was written; --yes writes without asking.", err=True)
        return []
    fixing.write(planned)
    for path in planned:
        click.echo(f"{shown(path)}: mended", err=True)
    return fixing.mended(problems, planned)


def show(found: Report, form: str, ui_locale: str, root: Path) -> None:
    """Print what was found in one of the formats; as text, problems go where errors go, and a summary ends them."""
    from hexapla import reports, speech

    translate = speech.translator(ui_locale or "en")
    if form == "json":
        click.echo(reports.to_json(found.problems, translate))
    elif form == "sarif":
        click.echo(reports.to_sarif(found.problems, root, translate))
    elif form == "github":
        for line in reports.to_github(found.problems, root, ui_locale):
            click.echo(line)
    else:
        for line in reports.lines(found.problems, translate):
            click.echo(line, err=True)
        for line in reports.summary(found.problems, found.known, found.gone, found.ignored):
            click.echo(line.translated(translate))


@main.command()
@click.argument("folder", required=False, metavar="[SITE]")
@click.option("--base-url", metavar="URL", help="Where the site is published. Default: as mkdocs.yml says.")
@click.option("--external", "is_external", is_flag=True, help="Ask other sites too; needs lychee, and takes its time.")
@click.option(
    "--cache", metavar="FOLDER", default=".cache/hexapla", show_default=True, help="What --external remembers."
)
@click.option(
    "--dump", "is_dump", is_flag=True, help="Print every use and definition as JSON lines, and check nothing."
)
@with_options(REPORT_OPTIONS)
@verb
def links(
    config_file: str | None,
    folder: str | None,
    base_url: str | None,
    is_external: bool,
    cache: str,
    is_dump: bool,
    **options: Any,
) -> None:
    """Check every reference of the built site, or of any folder of HTML.

    Exit status: 1 problems, 3 if only anchors are missing.
    """
    from hexapla import links as linking

    one = linking.subject(*_site_to_check(config_file, folder), base_url)
    if is_dump:
        for line in linking.dump(one):
            click.echo(line)
        return

    def run() -> Report:
        checked = linking.check(one)
        if not is_external:
            return checked.report
        return linking.joined(checked.report, linking.check_external(one, checked, Path(cache)))

    root = one.found.site.root if one.found else Path.cwd()
    found = told(run, root, options, is_built=True)
    if status := linking.status(found.problems, options["strict"]):
        sys.exit(status)


def _site_to_check(config_file: str | None, folder: str | None) -> tuple[Path, Publication | None]:
    """Find the built site, and the publication that it was built from, unless it is somebody else's."""
    from hexapla import publication

    if folder is None or config_file or any(Path(name).is_file() for name in config.DEFAULT_NAMES):
        site = config.load(config_file)
        if folder is None or config_file or config.absolute(Path(folder)) == site.site_dir:
            return Path(folder) if folder else site.site_dir, publication.read(site)
    return Path(folder), None


@main.command()
@click.option("--base", metavar="REV", default="main", show_default=True, help="What the change is to be merged into.")
@click.option("--site", "folder", metavar="SITE", help="The built site of the change, to look at its links.")
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json", "github"]), default="text")
@click.option("--ui-locale", metavar="LOCALE", help="The report's language. Default: that of the translation.")
@click.option("--report", metavar="FOLDER", help="Write the report there too, for hexapla comment.")
@verb
def review(
    config_file: str | None, base: str, folder: str | None, form: str, ui_locale: str | None, report: str | None
) -> None:
    """Say what a pull request changes: which paragraphs, and whether anything but words.

    Exit status: 1 if it brings something that has to be mended.
    """
    from hexapla import review as reviewing
    from hexapla import review_report

    if ui_locale and not cldr.is_known(ui_locale):
        raise click.BadParameter("CLDR knows no such locale", param_hint="--ui-locale")
    found = reviewing.review(config_file, base, Path(folder) if folder else None)
    language = review_report.language_of(found, ui_locale or "")
    if report:
        review_report.write_report(found, Path(report), language)
    if form == "markdown":
        click.echo(review_report.to_markdown(found, language), nl=False)
    elif form == "json":
        click.echo(review_report.to_json(found, language))
    elif form == "github":
        for line in review_report.to_github(found, config.find(config_file).parent, ui_locale or ""):
            click.echo(line)
    else:
        for line in review_report.to_text(found, language):
            click.echo(line)
    if found.fails:
        sys.exit(1)


@main.command()
@click.argument("artifact", metavar="FOLDER|ZIP")
@click.option("--files", metavar="FILE", help="The changed files as GitHub's API lists them, as JSON lines.")
@click.option("--commit", metavar="SHA", default="", help="The commit that was reviewed.")
@click.option("-o", "--output", metavar="FOLDER", default=".", show_default=True, help="Where to write.")
@verb
def comment(config_file: str | None, artifact: str, files: str | None, commit: str, output: str) -> None:
    """Make a comment of a report that a pull request's own programs wrote: comment.md and suggestions.json.

    The report is the outcome of review --report, and is not trusted.
    """
    from hexapla import comment as commenting

    site = config.load(config_file)
    for path in commenting.write(site, Path(artifact), Path(files) if files else None, commit, Path(output)):
        click.echo(f"{shown(path)}: written")


@main.command()
@click.argument("locale")
@click.argument("path", required=False)
@verb
def new(config_file: str | None, locale: str, path: str | None) -> None:
    """Start a language, or with PATH a document in it."""
    from hexapla import publication, starting

    site = config.load(config_file)
    if path:
        own = site.locale(locale)
        found = publication.read(site)
        started = starting.document(found, own, starting.document_of(site, own, path))
    else:
        started = starting.locale(site, locale)
    for file in started.files:
        click.echo(f"{shown(file)}: written")
    click.echo("\nWhat to do next:")
    for step in started.steps:
        click.echo(f"- {step}")


@main.command()
@click.option("--format", "form", type=click.Choice(["table", "markdown", "json"]), default="table", show_default=True)
@verb
def status(config_file: str | None, form: str) -> None:
    """Show how far each translation is, by document: words, and current, stale, missing, orphan paragraphs."""
    from hexapla import publication
    from hexapla import status as counting

    found = publication.read(config.load(config_file))
    problems = list(found.problems)
    rows = counting.rows(found, problems)
    if form == "json":
        click.echo(counting.to_json(rows), nl=False)
    elif form == "markdown":
        click.echo(counting.to_markdown(rows), nl=False)
    else:
        from rich.console import Console
        from rich.table import Table

        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in counting.COLUMNS:
            table.add_column(name, justify="left" if name in ("locale", "document") else "right", no_wrap=True)
        for row in rows:
            table.add_row(*counting.cells(row))
        Console(width=None if _is_terminal() else 200).print(table)
    if problems:
        raise Stop(problems)


@main.command()
@click.option("--check", "is_check", is_flag=True, help="Only say whether the file is up to date.")
@verb
def owners(config_file: str | None, is_check: bool) -> None:
    """Write .github/CODEOWNERS: each locale's reviewers look after its files, the maintainers after the rest."""
    from hexapla import owners as owning

    site = config.load(config_file)
    path = owning.path_of(site)
    if is_check:
        owning.check(site)
        click.echo(f"{shown(path)}: is up to date")
    else:
        click.echo(f"{shown(path)}: {'written' if owning.write(site) else 'is up to date'}")


@main.group()
def exchange() -> None:
    """Exchange words with a translation platform that needs templates, such as Crowdin."""


EXCHANGED = click.argument("folder", default="exchange", metavar="[FOLDER]")


@exchange.command("export")
@EXCHANGED
@verb
def export_words(config_file: str | None, folder: str) -> None:
    """Write templates, current translations and glossaries into a folder, by default exchange/."""
    from hexapla import exchange as exchanging

    found, _ = chosen(config_file, [])
    changed = exchanging.export(found, Path(folder))
    click.echo(f"{shown(Path(folder))}: {len(changed)} files written")


@exchange.command("import")
@EXCHANGED
@verb
def import_words(config_file: str | None, folder: str) -> None:
    """Put the words that came back into the catalogs; then: hexapla apply."""
    from hexapla import exchange as exchanging

    found, _ = chosen(config_file, [])
    finish(exchanging.take(found, Path(folder)), "The catalogs hold all words already.")


@main.group()
def catalogs() -> None:
    """Keep the words of the interface: locales/site.pot and each locale's site.po."""


@catalogs.command()
@verb
def extract(config_file: str | None) -> None:
    """Collect the messages of templates and configuration into locales/site.pot."""
    from hexapla import catalogs as cataloguing

    site = config.load(config_file)
    path = cataloguing.template_path(site)
    changed = cataloguing.write(path, cataloguing.extract(site), None)
    click.echo(f"{shown(path)}: {'written' if changed else 'is up to date'}")


@catalogs.command()
@verb
def update(config_file: str | None) -> None:
    """Extract, then bring every locale's catalog in step; reworded messages become fuzzy."""
    from hexapla import catalogs as cataloguing
    from hexapla import speech

    site = config.load(config_file)
    changed = cataloguing.update(site)
    if speech.is_home(site):
        changed += cataloguing.update(site, speech.template(), speech.DOMAIN)
    for path in changed:
        click.echo(f"{shown(path)}: written")
    if not changed:
        click.echo("All catalogs are up to date.")


@catalogs.command("check")
@verb
def check_catalogs(config_file: str | None) -> None:
    """Find what is missing, fuzzy or wrong in the catalogs."""
    from hexapla import catalogs as cataloguing
    from hexapla import speech

    site = config.load(config_file)
    problems = sorted(cataloguing.check(site))
    if speech.is_home(site):
        problems += sorted(cataloguing.check(site, speech.template(), speech.DOMAIN))
    if problems:
        raise Stop(problems)
    click.echo("All catalogs are complete.")
