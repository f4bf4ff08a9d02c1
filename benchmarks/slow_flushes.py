"""The same benchmark again on a disk whose every flush takes longer, as a memory card's does."""

import os
import shutil
import sys
from collections.abc import Sequence
from typing import NoReturn


def begin_again(module: str, flush_ms: float, arguments: Sequence[str]) -> NoReturn:
    """Run a benchmark in this process's place, each of its flushes `flush_ms` milliseconds longer.

    Ends with a sentence where strace is missing.
    """
    strace = shutil.which("strace")
    if strace is None:
        sys.exit(f"{module}: --flush-ms needs strace; install it or leave the option away")
    slow = f"inject=fdatasync:delay_exit={int(flush_ms * 1_000)}"
    # The kernel's own filter, so that no other call is made slower by being watched.
    watch = ["-f", "--seccomp-bpf", "-qq", "-o", os.devnull, "-e", "trace=fdatasync", "-e", slow]
    again = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    os.execv(strace, ["strace", *watch, *again])  # noqa: S606 (our own command)
