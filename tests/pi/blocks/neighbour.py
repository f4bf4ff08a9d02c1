"""A station that stores a tap just before whoever shares its disk flushes something."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

FSYNC, SYNC = "os.fsync", "os.sync"


@contextmanager
def taps_beside(root: Path, forgotten: str = "") -> Iterator[None]:
    """Let a tap of a neighbour be flushed before each flush of ours, and forget ours of one name.

    What lies in the file system's journal by then is kept with the tap, and bytes that do not lie there are
    not: this is the worst moment for whoever has named a file and not yet flushed it.
    """
    fsync, sync = os.fsync, os.sync
    with ExitStack() as open_things:
        taps = open_things.enter_context((root / "taps").open("wb", buffering=0))

        def tap() -> None:
            taps.write(b"tap")
            fsync(taps.fileno())

        def flush(descriptor: int) -> None:
            tap()
            if forgotten != FSYNC:
                fsync(descriptor)

        def flush_all() -> None:
            tap()
            if forgotten != SYNC:
                sync()

        open_things.enter_context(patch(FSYNC, flush))
        open_things.enter_context(patch(SYNC, flush_all))
        yield
