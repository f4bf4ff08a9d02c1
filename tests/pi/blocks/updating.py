"""A board that goes to another release, or back from one, while the station beside it stores taps."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from provisioning.board.update import environment
from provisioning.board.update.errors import StateError, UpdateError
from tests.fakes.releases import Office
from tests.fakes.updating import Rehearsal
from tests.pi.blocks.disk import logging_disk
from tests.pi.blocks.neighbour import SYNC, taps_beside
from tests.pi.blocks.writes import Flush, Write, changes

FROM, TO = "1.0.0", "1.1.0"
_BOARD = "board"
_FILES = 6
_CONTENT = bytes(range(256)) * 64


@dataclass(frozen=True, slots=True)
class Updated:
    """A disk's changes during an update that ends at a release, and how long the log was at its moments.

    `begun` is when the release on trial was begun, each time, `done` when the update came to its end.
    """

    blank: Path
    changes: Sequence[Write | Flush]
    office: Office
    way: str
    ends_at: str
    since: float
    begun: Sequence[float]
    done: float

    def examine(self, root: Path, until: float) -> str | None:
        """Return what is wrong with a board found after a power cut, or with how it goes on."""
        # What is thrown away needs no flush, and this one would wait for every disk of the machine.
        with _quick_build(), patch(SYNC):
            try:
                return self._found(root, until) or self._goes_on(root)
            except (OSError, StateError) as error:
                return f"the board cannot go on: {type(error).__name__}: {error}"

    def _found(self, root: Path, until: float) -> str | None:
        board = Rehearsal(root / _BOARD, self.office)
        runs = board.layout.current.resolve(strict=True)
        if not (runs / environment.COMPLETE).exists():
            return f"{runs.name} is to run, and is not complete"
        for release in board.layout.releases.iterdir():
            if release.name == TO and (release / environment.COMPLETE).exists() and not _is_whole(release):
                return f"{TO} is called complete, and is not"
        pending = board.noted.pending
        begun = sum(each < until for each in self.begun)
        if pending is not None and pending.attempt < begun:
            return f"{TO} was begun {begun} times, and {pending.attempt} are noted"
        if self.done < until and (board.current, pending) != (self.ends_at, None):
            return f"the update had come to its end, and is at {board.current} with {pending} noted"
        return None

    def _goes_on(self, root: Path) -> str | None:
        board = Rehearsal(root / _BOARD, self.office)
        board.services.ways = {TO: self.way}
        with suppress(UpdateError):
            board.update()
        ended = (board.current, board.noted.pending)
        return None if ended == (self.ends_at, None) else f"after the power came back it ended at {ended}"


def update(folder: Path, way: str, ends_at: str, forgotten: str = "") -> Updated:
    """Let a board try a release that behaves so, and forget one kind of flush where it is told to."""
    office, begun = Office(folder / "desk"), list[float]()
    for version in (FROM, TO):
        office.add(version)
    with logging_disk(folder) as disk, _quick_build():
        with taps_beside(disk.root):
            board = Rehearsal(disk.root / _BOARD, office, FROM)
            board.want(TO)
            os.sync()
        since = disk.log.stat().st_size

        def note(release: str) -> None:
            if release == TO:
                begun.append(disk.log.stat().st_size)

        board.services.ways, board.services.on_begin = {TO: way}, note
        with taps_beside(disk.root, forgotten):
            board.update()
        done = disk.log.stat().st_size
    made = list(changes(disk.log.read_bytes()))
    return Updated(disk.blank, made, office, way, ends_at, since, begun, done)


@contextmanager
def _quick_build() -> Iterator[None]:
    """Let the product build its releases, but of a few files in the place of an installation."""
    with patch.object(environment, "_run", _install), patch("tests.fakes.updating.build", environment.build):
        yield


def _install(command: Sequence[str]) -> None:
    if "venv" in command:
        (Path(command[-1]) / "bin").mkdir(parents=True)
        (Path(command[-1]) / "lib").mkdir()
    elif "install" in command:
        home = Path(command[command.index("--python") + 1]).parents[1]
        for number in range(_FILES):
            (home / "lib" / f"{number}.py").write_bytes(_CONTENT)


def _is_whole(release: Path) -> bool:
    files = [release / "lib" / f"{number}.py" for number in range(_FILES)]
    return all(file.exists() and file.read_bytes() == _CONTENT for file in files)
