"""Processes with mounts of their own: nobody else sees or holds them, and they end with the process."""

import ctypes
import multiprocessing
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

_NEW_MOUNTS = 0x00020000
"""What unshare(2) calls CLONE_NEWNS."""


def processors() -> int:
    """Return how many processes may work at once."""
    return len(os.sched_getaffinity(0))


@contextmanager
def processes() -> Iterator[ProcessPoolExecutor]:
    """Give one process for each processor; what is mounted in one is not seen in another."""
    # Not forked: what runs beside this would be copied with its locks held.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processors(), context, initializer=_set_apart) as pool:
        yield pool


def _set_apart() -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(_NEW_MOUNTS):
        raise OSError(ctypes.get_errno(), "no mounts of its own can be had")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    for mount in Path("/proc/self/mounts").read_text("utf-8").splitlines():
        source, place, *_ = mount.split()
        if source.startswith("/dev/loop"):
            # Another's disk: while it is held here as well, unmounting it there would not write it out.
            subprocess.run(["umount", "--lazy", place], check=True)
