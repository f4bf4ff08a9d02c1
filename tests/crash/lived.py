"""A scene that was lived under strace, ready to be cut off anywhere."""

import random
from bisect import bisect_right
from contextlib import closing
from pathlib import Path

from station.inbox import FOLDER
from station.journal import FILE_NAME
from station.journal_file import connect_to_read
from tests.crash.calls import Call
from tests.crash.disk import Disk, Rules
from tests.crash.explorer import Explored, cuts, explore
from tests.crash.oracle import Oracle, everything
from tests.crash.story import lights
from tests.crash.tracing import calls_of

NO_FAULT = "none"


class Lived:
    """What a scene did to its folder, and what it should have left there."""

    def __init__(self, folder: Path, scene: str, fault: str = NO_FAULT) -> None:
        self.root = folder / "station"
        self._cut = folder / "cut"
        for place in (self.root, self._cut):
            (place / FOLDER).mkdir(parents=True)
        self.calls = calls_of("tests.crash.scene", self.root, scene, fault)
        self.files = {
            str(file.relative_to(self.root)): file.read_bytes()
            for file in self.root.rglob("*")
            if file.is_file()
        }
        """What the process itself left in its folder."""
        with closing(connect_to_read(self.root / FILE_NAME)) as connection:
            self.history = everything(connection)
        oracle = Oracle(self.history)
        self._judge = oracle.judge
        lit = list(lights(self.calls))
        self.lights = [light for _, light in lit]
        self._places = [place for place, _ in lit]
        self._due = [0, *(oracle.due(light) for light in self.lights)]

    def without(self, left_out: Call) -> None:
        """Let one kind of call not have been made, as by a program that forgot it."""
        self.calls = [call for call in self.calls if call != left_out]

    def explore(self, rules: Rules, seed: int, each: int, most_losses: int = 20) -> Explored:
        """Cut the power at every call; `each` change in flight adds so many states."""
        dice = random.Random(seed)  # noqa: S311 (a failing state must be found again by its seed)
        states = cuts(self.calls, rules, dice, each)
        return explore(states, self._due_at, self._judge, self._cut, most_losses)

    def files_by_the_calls(self) -> dict[str, bytes]:
        """Return what the calls, carried out one by one, make of the folder."""
        disk = Disk(Rules.POSIX, {})
        for call in self.calls:
            disk.do(call)
        return disk.files()

    def _due_at(self, place: int) -> int:
        return self._due[bisect_right(self._places, place)]
