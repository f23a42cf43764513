"""Run the command line: hexapla, or python -m hexapla."""

import errno
import os
import sys

from hexapla.cli import main


def run() -> None:
    """Run a command, and end with its status.

    To take apart what it has made takes longer than some commands do, so it is left to the system, as mypy does. That
    is done on Linux only: elsewhere, helpers of other processes want to be told of the end.
    """
    status: str | int | None = 1
    try:
        try:
            main()
        finally:
            sys.stdout.flush()
    except SystemExit as end:
        status = end.code
    except BrokenPipeError:
        pass  # nobody reads on
    except OSError as error:
        if error.errno != errno.ENOSPC or error.filename:
            raise
        print(f"hexapla: the output cannot be written: {error.strerror}", file=sys.stderr)
    if sys.platform == "linux" and isinstance(status, int | None):
        os._exit(status or 0)
    sys.exit(status)


if __name__ == "__main__":
    run()
