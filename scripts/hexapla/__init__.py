"""Hexapla: a multilingual static site build on MkDocs.

How the modules connect, each importing only from those before it:

    problems    what is wrong, where, and how to mend it
    cache       what is kept between runs, under digests of what it was made from
    cldr        how a locale writes dates, numbers, names and plurals (Unicode CLDR, through Babel)
    config      mkdocs.yml -> Site and its Locales
    blocks      Markdown -> segments and opaque blocks, nothing lost
    content     docs/ -> Document: front matter, text, segments
    catalogs    locales/ -> the words of the interface
    publication all documents in all locales; what a translation inherits; where a fallback stands in
    inputs      what a site is made from, as digests
    alignment   which segment of a translation belongs to which of its source
    records     locales/ -> the record: which source words each paragraph follows
    translations   source and translation paired, each pair with its State
    editing     words put into a Markdown document
    workers     work in other processes: the same on many documents, or files; or another, meanwhile
    status      how far each translation is, counted
    inline      inline Markdown -> prose and marks, each character with its place
    passages    segments and messages as rules see them
    glossary    names that stay, terms and their renderings
    quantities, languages   numbers read as a locale writes them; which language a sentence is in
    addresses   what a browser makes of an address, what is wrong with it, whose network a host is in
    quickening  what Python-Markdown does with a text, but for what makes no difference
    rendering   Markdown -> HTML -> elements, as a browser sees them; what is foreign to the source is taken out
    pages, facts, resolution   site/ -> what each built file uses and defines, what is kept of that, where it leads
    rules       what a rule is and what it looks at; rules_* hold them all
    prechecks   what is looked at before every build
    findings    what was found, and how severe the configuration says that it is
    speech      the tool's own messages in the reader's language
    checks      the one runner: every rule yields Problems; what is ignored, what is known
    reports     problems as text, JSON, GitHub annotations, SARIF
    fixing      what is safe to mend, mended
    recording   record, done, apply, adopt
    starting    a new locale, a new document
    owners      who reviews what: .github/CODEOWNERS
    exchange    translation platforms: templates for them, and what they give back
    marking     stale and missing paragraphs, on their page
    menu        the list of a site's pages on each of them
    views       what the templates get: everything worked out, nothing left to compute
    compact, styles, assets   pages without blanks of their own, and what of style and scripts they need
    search, outputs   what is written beside the pages
    cleaning    what protects readers where nobody has run `check`
    plugin      the MkDocs plugin: one locale's build, hook by hook
    parts       a build on several machines: its plan, its shares, what they hand back
    built       what came of a build, and whether another would come to the same
    swap        how a finished site takes the place of the old one
    untouched   locales that a build leaves as the last one left them
    beginning   what a build begins with, read while MkDocs, which comes later here, is set up
    localized, compiling, configuring   what all locales of a build share: files, templates, MkDocs' configuration
    engine      one locale through MkDocs, page by page: what the cache holds is taken from there
    written, sources    from a reference in a built page to the line to edit
    linksfile, guard, external   what is known of other sites; how they are asked, and what is never asked
    links       collect, resolve, report
    build       the locales side by side; then what spans them; then links; then one swap
    review, review_report   what a pull request changes, and whether anything but words
    comment     a stranger's report -> a comment: nothing of it is believed
    serve       the translator's preview
    differences what changed in a text, word by word
    cli         the command line; the only module that prints and exits

Values of which many are made are named tuples: these take least time to make, the classes at each start too. Those that
keep what they have worked out, or need more care when they are made, are frozen dataclasses.
"""

__version__ = "0.1.0"
