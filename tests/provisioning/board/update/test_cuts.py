"""A power cut at any change of the disk leaves a release that runs, and the next start goes on from there."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from provisioning.board.update.errors import UpdateError
from tests.fakes.releases import Office
from tests.fakes.updating import DEAD, Rehearsal

CHANGES = {
    "os.rename",
    "os.remove",
    "os.symlink",
    "os.mkdir",
    "os.rmdir",
    "os.link",
    "os.truncate",
    "os.utime",
    "shutil.rmtree",
}
CUT = 77


class PowerCut:
    """Ends this process, without any tidying up, before the change of the disk that is counted out."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.seen = 0

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.left is None:
            return
        writes = (
            event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        )
        if event in CHANGES or writes:
            self.seen += 1
            if self.seen > self.left:
                os._exit(CUT)


POWER = PowerCut()


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder that costs no disk where there is memory to be had: what is cut is counted, not felt."""
    parent = "/dev/shm"  # noqa: S108  the folder made in it has a name of its own
    folder = Path(tempfile.mkdtemp(prefix="rollbook-", dir=parent if os.access(parent, os.W_OK) else None))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module", autouse=True)
def _watching() -> None:
    # A hook can never be taken away again; it does nothing unless a cut is counted out.
    sys.addaudithook(POWER)


def cut_after(changes: int, work: Callable[[], object]) -> bool:
    """Work in a process of its own that ends after so many changes; say whether it came to its end."""
    child = os.fork()
    if not child:
        POWER.left, POWER.seen = changes, 0
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != CUT


@pytest.mark.parametrize(("way", "ends_at"), [("well", "1.1.0"), (DEAD, "1.0.0")])
def test_wherever_the_power_is_cut_a_release_runs_and_the_update_comes_to_its_end(
    memory: Path, way: str, ends_at: str
) -> None:
    office = Office(memory / "desk")
    for version in ("1.0.0", "1.1.0"):
        office.add(version)
    cuts = 0
    for changes in range(1_000):
        board = Rehearsal(memory / f"board-{changes}", office)
        board.services.ways = {"1.1.0": way}
        board.want("1.1.0")
        is_whole = cut_after(changes, board.update)
        runs = board.layout.current.resolve(strict=True)
        assert (runs / "complete").exists(), changes
        assert not board.layout.good.is_symlink() or (board.layout.good / "complete").exists(), changes
        if is_whole:
            break
        cuts += 1
        # The power is back: what runs is begun, and the updater with it.
        board.services.begin(runs)
        with suppress(UpdateError):
            board.update()
        assert board.current == ends_at, changes
        assert board.noted.pending is None, changes
        shutil.rmtree(memory / f"board-{changes}")
    assert cuts > 60
