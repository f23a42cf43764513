"""Hexapla: a multilingual static site build on MkDocs.

How the modules connect, each importing only from those before it:

    problems    what is wrong, where, and how to mend it
    cldr        how a locale writes dates, numbers, names and plurals (Unicode CLDR, through Babel)
    config      mkdocs.yml -> Site and its Locales
    content     docs/ -> Document: front matter and text
    catalogs    locales/ -> Catalog: the words of the interface
    publication all documents in all locales; what a translation inherits; where a fallback stands in
    checks      every rule yields Problems; one runner
    views       what the templates get: everything worked out, nothing left to compute
    search, sitemaps   what is written beside the pages
    plugin      the MkDocs plugin: one locale's build, hook by hook
    build       a MkDocs build per locale, side by side; then what spans locales; then publish in one swap
    serve       the translator's preview
    cli         the command line; the only module that prints and exits
"""

__version__ = "0.1.0"
