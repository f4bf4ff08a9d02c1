"""A story that was lived under strace, ready to be cut off anywhere."""

import random
from bisect import bisect_right
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from station.inbox import FOLDER
from station.journal import FILE_NAME
from station.journal.file import connect_to_read
from station.salvage import ASIDE
from tests.crash.bytes_in_flight import is_zeros
from tests.crash.calls import Call, Write
from tests.crash.disk import Disk, Rules
from tests.crash.explorer import Explored, cuts, explore
from tests.crash.lights import JOURNAL, lights
from tests.crash.oracle import Oracle, everything
from tests.crash.tracing import calls_of

NO_FAULT = "none"


class Lived:
    """What a story did to its folder, and what it should have left there."""

    def __init__(
        self, folder: Path, story: str, fault: str = NO_FAULT, before: Callable[[Path], None] | None = None
    ) -> None:
        """Let the story be lived in a folder of its own, which `before` may have prepared."""
        self.root = folder / "station"
        self._cut = folder / "cut"
        for place in (self.root, self._cut):
            (place / FOLDER).mkdir(parents=True)
        if before is not None:
            before(self.root)
        self.start = _files_in(self.root)
        self.calls = calls_of("tests.crash.stories", self.root, story, fault)
        self.files = _files_in(self.root)
        """What the process itself left in its folder."""
        with closing(connect_to_read(self.root / FILE_NAME)) as connection:
            self.history = everything(connection)
        aside = [data for name, data in self.files.items() if name.startswith(FILE_NAME + ASIDE)]
        oracle = Oracle(self.history, [*aside, self.start[FILE_NAME]] if aside else ())
        self._judge = oracle.judge
        lit = list(lights(self.calls))
        self.lights = [light for _, light in lit]
        self._places = [place for place, _ in lit]
        self._due = [oracle.due_at_start, *(oracle.due(light) for light in self.lights)]

    def without(self, *left_out: Call) -> None:
        """Let these calls not have been made, as by a program that forgot them."""
        self.calls = [call for call in self.calls if call not in left_out]

    def explore(self, rules: Rules, seed: int, each: int, most_losses: int = 20) -> Explored:
        """Cut the power at every call; `each` change in flight adds so many states."""
        dice = random.Random(seed)  # noqa: S311 (a failing state must be found again by its seed)
        states = cuts(self.start, self.calls, rules, dice, each)
        return explore(states, self._due_at, self._judge, self._cut, most_losses)

    def files_by_the_calls(self) -> dict[str, bytes]:
        """Return what the calls, carried out one by one, make of the folder."""
        disk = Disk(Rules.POSIX, self.start)
        for call in self.calls:
            disk.do(call)
        return disk.files()

    def written_bytes(self) -> int:
        """Return all that was written to the journal's files but the zeros that give the log its size."""
        writes = [call for call in self.calls if isinstance(call, Write) and call.file.startswith(JOURNAL)]
        return sum(len(write.data) for write in writes if not is_zeros(write))

    def _due_at(self, place: int) -> int:
        return self._due[bisect_right(self._places, place)]


def _files_in(folder: Path) -> dict[str, bytes]:
    found = (file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in found}
