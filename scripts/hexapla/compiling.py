"""Templates: compiled once for all builds, and which of them can show any page of the site."""

from __future__ import annotations

import marshal
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import CodeType

import jinja2
from jinja2 import meta, nodes
from jinja2.bccache import Bucket, BytecodeCache
from mkdocs.config.defaults import MkDocsConfig

from hexapla import cache, workers
from hexapla.assets import own_folder
from hexapla.cache import Store
from hexapla.plugin import TEMPLATES, prepare

NAVIGATION = frozenset({"nav", "pages"})
"""Variables by which a template reaches any page of the site (MkDocs, "Custom themes": template variables)."""

UPWARDS = frozenset({"parent", "ancestors"})
"""Attributes of a page by which a template reaches any other."""

ASIDE = frozenset({"next_page", "previous_page"})
"""Attributes by which a template reaches two other pages, of which a page's key holds title and address; those of these
reach any."""

OWN = ASIDE | {"meta"}
"""Attributes that a template may ask of the variable `page`, and of no other page."""

compiled: dict[str, CodeType] = {}
"""The templates that were compiled before processes were forked from this one, by their keys."""


class Templates(BytecodeCache):
    """Compiled templates, in memory for all locales of a run, and in the cache for the next run."""

    def __init__(self, store: Store) -> None:
        """Begin with those in `compiled`; those of `store` are read when they are asked for."""
        self.store = store
        self.codes: dict[str, CodeType] = dict(compiled)

    def __reduce__(self) -> tuple[type[Templates], tuple[Store]]:
        """Say how another process makes its own: code cannot be sent there."""
        return Templates, (self.store,)

    def serve(self, config: MkDocsConfig) -> None:
        """Let all environments of a configuration's theme take their templates from here."""
        make = config.theme.get_env

        def get_env() -> jinja2.Environment:
            environment: jinja2.Environment = make()
            environment.bytecode_cache = self
            environment.auto_reload = False  # else each template is looked at again for each page
            return environment

        # MkDocs makes an environment whenever a plugin asks for one, and has no setting for Jinja's cache of byte code.
        config.theme.get_env = get_env  # type: ignore[method-assign]

    def compile_all(self, config: MkDocsConfig) -> None:
        """Compile the site's own templates and those of the tool."""
        self.serve(config)
        environment = _environment(config)
        for folder in (Path(str(config.theme.custom_dir)), TEMPLATES):
            for name in _names(folder):
                with suppress(jinja2.TemplateError):  # whoever asks for it is told
                    environment.get_template(name)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a compiled template, if it is there."""
        key = self._key(bucket)
        if key in self.codes:
            bucket.code = self.codes[key]
        elif data := self.store.get("templates", key):
            bucket.bytecode_from_string(data)
            self._keep(key, bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template."""
        key = self._key(bucket)
        self._keep(key, bucket)
        self.store.put("templates", key, bucket.bytecode_to_string())

    def _keep(self, key: str, bucket: Bucket) -> None:
        if bucket.code is not None:
            self.codes[key] = bucket.code

    @staticmethod
    def _key(bucket: Bucket) -> str:
        # The same text compiles differently before the plugins have set the environment up.
        environment = bucket.environment
        setup = [*sorted(environment.extensions), str(bool(environment.autoescape))]
        return cache.digest(cache.tool_key(), bucket.key, bucket.checksum, *setup)


@contextmanager
def meanwhile(config: MkDocsConfig, store: Store) -> Iterator[Callable[[], None]]:
    """Compile a site's templates in another process while this one goes on. Gives what waits for them: all processes
    forked afterwards have them.

    Nothing is done where the theme is not ours, or the cache has some: to compile what is new among them is little, and
    each process takes from there only those that it needs.
    """
    if not own_folder(config.theme.custom_dir) or store.has("templates"):
        yield lambda: None
        return
    with workers.aside(_compiled, config, store) as codes:
        yield lambda: compiled.update({key: marshal.loads(code) for key, code in codes().items()})


def _compiled(config: MkDocsConfig, store: Store) -> dict[str, bytes]:
    """Compile the templates, and keep them; give each one's code under its key."""
    templates = Templates(store)
    templates.compile_all(config)
    return {key: marshal.dumps(code) for key, code in templates.codes.items()}


def _environment(config: MkDocsConfig) -> jinja2.Environment:
    environment = config.theme.get_env()
    prepare(environment)
    return environment


def _names(folder: Path) -> list[str]:
    """The names by which Jinja knows the templates below a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))


def may_show_any_page(config: MkDocsConfig, names: Iterable[str] = ()) -> bool:
    """Whether templates of a site may show more of other pages than title and address of the two beside their own.

    Looked at are those of the site and of the tool, MkDocs' "main.html", those that have these `names`, and all that
    they refer to. One may show any page that cannot be read, or that computes which other template it refers to. The
    text of another page is nothing that a template can have here.
    """
    environment = _environment(config)
    pending, seen = {"main.html", *names, *_names(TEMPLATES)}, set[str]()
    if config.theme.custom_dir:
        pending |= set(_names(Path(config.theme.custom_dir)))
    while pending:
        name = pending.pop()
        seen.add(name)
        try:
            assert environment.loader is not None
            tree = environment.parse(environment.loader.get_source(environment, name)[0])
        except (jinja2.TemplateError, UnicodeDecodeError):
            return True
        references = set(meta.find_referenced_templates(tree))
        if None in references or _reaches(tree):
            return True
        pending |= {reference for reference in references if reference} - seen
    return False


def _reaches(node: nodes.Node) -> bool:
    """Whether an expression in a part of a template reaches more than that."""
    match node:
        case nodes.Name(name=name) if name in NAVIGATION:
            return True
        case nodes.Name(name="page", ctx="store" | "param") | nodes.Import(target="page"):
            return True  # another page may have that name
        case nodes.FromImport(names=names) if "page" in {one[-1] if isinstance(one, tuple) else one for one in names}:
            return True
        case nodes.Getattr(attr=name) | nodes.Getitem(arg=nodes.Const(value=name)) if name in OWN:
            return not (isinstance(node.node, nodes.Name) and node.node.name == "page")
        case nodes.Getattr(attr=name) if name in UPWARDS:
            return True
        case nodes.Const(value=str(text)) if not {*re.split("[.,]", text)}.isdisjoint(UPWARDS | OWN):
            return True  # as in map(attribute="parent.title")
        case nodes.Pair(key=nodes.Const(), value=value):  # the key of a dictionary is no name of an attribute
            return _reaches(value)
    return any(map(_reaches, node.iter_child_nodes()))
