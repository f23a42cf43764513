"""Run a command; print its seconds, its seconds of processors, and the megabytes of the largest of its processes.

A small process of its own does this, and imports nothing else: Linux counts as a program's memory what the process
that started it had in use (setmax_mm_hiwater_rss in fs/exec.c).
"""

import os
import sys
import time


def main(command: list[str]) -> int:
    """Run a command, nothing of whose output is shown but errors; give its exit status."""
    silence = (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0o600)
    start = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=[silence])
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - start
    size = usage.ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)  # macOS counts bytes, Linux kilobytes
    print(seconds, usage.ru_utime + usage.ru_stime, size)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
