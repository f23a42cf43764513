"""Run the command line: hexapla, or python -m hexapla."""

import errno
import os
import sys

from hexapla.cli import main


def run() -> None:
    """Run a command, and end with its status.

    What a build has made is left to the system, as in mypy: to take it apart takes a good part of what a build takes in
    which little has changed. That is done on Linux only: elsewhere, helpers of other processes want to be told of the
    end. Other commands end in the usual way, which runs what plugins have asked for.
    """
    status: str | int | None = 1
    try:
        main()
    except SystemExit as end:
        status = end.code
    except OSError as error:
        if error.errno != errno.ENOSPC or error.filename:
            raise
        print(f"hexapla: nothing more can be written: {error.strerror}", file=sys.stderr)
    if sys.platform == "linux" and sys.argv[1:2] == ["build"] and isinstance(status, int | None):
        os._exit(status or 0)  # click has flushed what it has written
    sys.exit(status)


if __name__ == "__main__":
    run()
