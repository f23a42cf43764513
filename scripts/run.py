#!/usr/bin/env python3
"""Set up everything, then run a verb: python3 scripts/run.py VERB ...

site    build the publication into site/ and say how to look at it
test    run all checks and tests; further arguments go to pytest, and then only the tests run
lint    run only the checks of style, types, catalogs and translations
lock    pin requirements/*.in into requirements/*.txt
VERB    any verb of hexapla, for example: serve fr, build, catalogs check, --help

The first run makes .venv with the pinned requirements; later runs find it ready. This file uses the standard
library only, and a syntax that an old Python can read, so that it can say what is missing.
"""

import hashlib
import os
import subprocess
import sys

OLDEST = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
BIN = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin")
PYTHON = os.path.join(BIN, "python.exe" if os.name == "nt" else "python")


def stop(what, hint):
    """End with one line that says what is wrong, and one that says how to mend it."""
    sys.stderr.write("run.py: %s\n  hint: %s\n" % (what, hint))
    sys.exit(1)


def require_python():
    """Stop where this Python is too old, or has no venv module that works."""
    if sys.version_info < OLDEST:
        stop(
            "Python %d.%d is too old; %d.%d or newer is needed [python]" % (sys.version_info[:2] + OLDEST),
            "install a newer Python from your system's packages and run this with it, for example: "
            "python3.12 scripts/run.py site",
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError as error:
        stop(
            "this Python has no working venv module (%s) [venv]" % error,
            "on Debian and Ubuntu: apt install python3-venv",
        )


def fingerprint(requirements):
    """A digest of all that the environment is made from: the Python, the requirements, what pyproject.toml says."""
    digest = hashlib.sha256(repr((sys.version_info[:3], sys.base_prefix, ROOT)).encode())
    for path in (requirements, os.path.join(ROOT, "pyproject.toml")):
        with open(path, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def run_pip(arguments, log):
    """Run pip quietly with its output in the file `log`; stop with the likely cause if it fails."""
    command = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    with open(log, "ab") as file:
        status = subprocess.call(command + arguments, stdout=file, stderr=subprocess.STDOUT, cwd=ROOT)
    if status == 0:
        return
    with open(log, encoding="utf-8", errors="replace") as file:
        text = file.read()
    errors = [line for line in text.splitlines() if line.startswith("ERROR:")] or ["pip failed"]
    cause = errors[-1][len("ERROR:") :].strip() if errors[-1].startswith("ERROR:") else errors[-1]
    network = (
        "Failed to establish",
        "NewConnectionError",
        "Temporary failure in name resolution",
        "ConnectTimeout",
        "ProxyError",
        "Network is unreachable",
        "Connection refused",
        "getaddrinfo failed",
        "(from versions: none)",
    )
    if any(sign in text for sign in network):
        stop(
            "the package index cannot be reached, so the requirements cannot be installed [network]",
            "connect to a network and try again; pip's own words are in %s" % os.path.relpath(log),
        )
    if "DO NOT MATCH THE HASHES" in text:
        stop(
            "a downloaded package is not the one that requirements/ pins [hash]",
            "do not go on; pip's own words are in %s" % os.path.relpath(log),
        )
    stop("pip could not install the requirements: %s [pip]" % cause, "pip's own words are in %s" % os.path.relpath(log))


def ensure_bytecode():
    """Compile the package where its sources are newer than the last time.

    Where PYTHONDONTWRITEBYTECODE is set, the tool would compile itself anew each time that it starts. Where nothing can
    be written, that is so still, and does no harm.
    """
    package = os.path.join(ROOT, "scripts", "hexapla")
    stamp = os.path.join(VENV, "hexapla-bytecode.stamp")
    files = [os.path.join(folder, name) for folder, _, names in os.walk(package) for name in names]
    newest = max(os.path.getmtime(path) for path in files if path.endswith(".py"))
    if os.path.exists(stamp) and os.path.getmtime(stamp) >= newest:
        return
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.call([PYTHON, "-m", "compileall", "-q", package], **quiet)
    try:
        with open(stamp, "w"):
            pass
    except OSError:
        pass


def ensure_environment(name):
    """Make .venv hold what requirements/NAME.txt pins, and this project in editable form.

    A stamp per list of requirements holds the fingerprint of what was installed: a later run compares it and is done.
    """
    requirements = os.path.join(ROOT, "requirements", name + ".txt")
    wanted = fingerprint(requirements)
    stamp = os.path.join(VENV, "hexapla-%s.stamp" % name)
    if os.path.exists(PYTHON) and os.path.exists(stamp):
        with open(stamp) as file:
            if file.read() == wanted:
                ensure_bytecode()
                return
    import venv

    sys.stderr.write("Preparing .venv (%s requirements), which takes a minute the first time ...\n" % name)
    log = os.path.join(ROOT, ".venv", "install.log")
    try:
        usable = (
            os.path.exists(PYTHON) and subprocess.call([PYTHON, "-c", "import pip"], stderr=subprocess.DEVNULL) == 0
        )
        if not usable:
            venv.create(VENV, with_pip=True, clear=os.path.exists(VENV))
        if os.path.exists(log):
            os.remove(log)
    except (OSError, subprocess.CalledProcessError) as error:
        stop(
            "cannot make the virtual environment .venv: %s [venv]" % error,
            "on Debian and Ubuntu: apt install python3-venv; else remove .venv and see that this folder is writable",
        )
    run_pip(["--require-hashes", "-r", requirements], log)
    run_pip(["--no-deps", "--no-build-isolation", "-e", ROOT], log)
    for done in {name, "runtime"}:  # what the tests need includes what the tool needs
        with open(os.path.join(VENV, "hexapla-%s.stamp" % done), "w") as file:
            file.write(fingerprint(os.path.join(ROOT, "requirements", done + ".txt")))
    ensure_bytecode()


def call(*arguments):
    """Run a command of the environment in the project's folder; return its exit status."""
    return subprocess.call(list(arguments), cwd=ROOT)


def module(name, *arguments):
    """Run a module of the environment; return its exit status."""
    return call(PYTHON, "-m", name, *arguments)


def site(arguments):
    """Build the publication and say how to look at it."""
    ensure_environment("runtime")
    status = subprocess.call([PYTHON, "-m", "hexapla", "build"] + arguments)
    if status == 0 and not arguments:
        print(
            "\nTo look at it: python3 -m http.server --directory %s 8000, then open http://localhost:8000/"
            % os.path.relpath(os.path.join(ROOT, "site"))
        )
    return status


def lint(arguments):
    """Check style, types, catalogs and translations; stop at the first that finds something."""
    ensure_environment("test")
    steps = (
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy",),
        ("hexapla", "catalogs", "check"),
        ("hexapla", "check"),
    )
    return next((status for status in (module(*step) for step in steps) if status), 0)


def test(arguments):
    """Run the checks, then the tests."""
    ensure_environment("test")
    # All of them, on all processors: the tests of a file share what they have built, so a file stays together, in the
    # order of tests/conftest.py.
    side_by_side = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")
    return module("pytest", *arguments) if arguments else lint([]) or module("pytest", *side_by_side)


def lock(arguments):
    """Pin the requirements with hashes, for every platform, without naming any index."""
    ensure_environment("test")
    for name in ("runtime", "test"):
        status = module(
            "uv",
            "pip",
            "compile",
            "--universal",
            "--python-version",
            "%d.%d" % OLDEST,
            "--generate-hashes",
            "--no-emit-index-url",
            "--no-emit-find-links",
            "--no-header",
            "--no-annotate",
            "--quiet",
            "-o",
            "requirements/%s.txt" % name,
            "requirements/%s.in" % name,
            *arguments,
        )
        if status:
            return status
    return 0


def main(arguments):
    """Run the verb that the arguments name; return the exit status."""
    require_python()
    if not arguments:
        print(__doc__.strip())
        return 2
    verb, rest = arguments[0], arguments[1:]
    own = {"site": site, "test": test, "lint": lint, "lock": lock}
    if verb in own:
        return own[verb](rest)
    ensure_environment("runtime")
    return subprocess.call([PYTHON, "-m", "hexapla"] + arguments)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
