"""The pieces of a station's life that are cut off: run as a process, it lives the one it is told."""

import sys
from collections.abc import Callable
from pathlib import Path

from station.inbox import FOLDER, Inbox
from station.journal import FILE_NAME, JournalReader, writer
from station.salvage import ask_for, is_due, salvage
from station.sidecar import FOLDER as SIDECAR
from station.tap import Kind
from tests.crash.scene import EPOCH, Scene, say
from tests.fakes.station import IDENTITY

PAGE_BYTES = 1024
LOG_BYTES = 32 * PAGE_BYTES
SALVAGE_EPOCH = 7
ORDER = 3
"""Behind which of the entries in the inbox an order lies."""
LAST = 10**17
"""The number of a file that is taken after all others."""


def first_morning(scene: Scene) -> None:
    """Begin a journal, take taps, stop, and go on."""
    with scene.open() as bench:
        scene.tap(bench, 12)
    with scene.open() as bench:
        scene.tap(bench, 8)


def full_log(scene: Scene) -> None:
    """Let the write-ahead log be full in the midst of taps: what may happen once in days, every few taps."""
    for _ in range(2):
        with scene.open() as bench:
            bench.journal._connection.execute("PRAGMA wal_autocheckpoint = 10")
            scene.tap(bench, 24)


def quiet_moments(scene: Scene) -> None:
    """Carry the write-ahead log into the file whenever nobody waits, after fewer entries than on a wall."""
    # Named by its text: a figure that is final to the product's own code.
    setattr(writer, "CARRIED_ROWS", 6)  # noqa: B010 (see above)
    for _ in range(2):
        with scene.open() as bench:
            for _ in range(3):
                scene.tap(bench, 7)
                bench.journal.append(Kind.ALIVE, {"readers": {}}, scene.clock.reading())


def inbox(scene: Scene) -> None:
    """Take what the agent's own code laid down between taps, and an order for a new epoch."""
    from sync_agent import beacon, folder

    agent = beacon.Inbox(scene.root)
    with scene.open() as bench:
        head = bench.journal.head
        taker = Inbox(scene.root / FOLDER, JournalReader(scene.root / FILE_NAME).rows(head.epoch, 0))
        for number in range(6):
            scene.tap(bench, 1)
            # The last entry before an order is taken away in the same look that obeys it.
            agent.put(Kind.BEACON, {"number": number}, scene.clock.reading())
            if number == ORDER:
                order = f'{{"kind":"epoch","payload":{{"of":{head.epoch},"reason":"fork"}}}}'
                # An order must be heard: the file is safe on the disk, and with it every name beside it.
                folder.place(scene.root / FOLDER / f"{LAST}-epoch.json", order, is_durable=True)
            taker.take(bench.journal, scene.clock.reading())
            say(EPOCH, bench.journal.head.epoch)


def epochs(scene: Scene) -> None:
    """Let one epoch follow another, and go on in the new one."""
    with scene.open() as bench:
        scene.tap(bench, 5)
        say(EPOCH, bench.journal.begin_epoch("fork", scene.clock.reading()).epoch)
        scene.tap(bench, 5)
    with scene.open() as bench:
        scene.tap(bench, 3)


def salvaging(scene: Scene) -> None:
    """Start with a journal that is to be salvaged, its write-ahead log beside it, and go on."""
    path, sidecar, reading = scene.root / FILE_NAME, scene.root / SIDECAR, scene.clock.reading()
    if is_due(path, sidecar, IDENTITY) is None:
        sys.exit("the journal was to be salvaged")
    salvage(path, sidecar, IDENTITY, reading, lambda: SALVAGE_EPOCH, "found")
    with scene.open() as bench:
        scene.tap(bench, 2)


def damaged_journal(root: Path) -> None:
    """Leave what a station that was cut off leaves, one page of its journal lost."""
    scene, path, log = Scene(root, ""), root / FILE_NAME, root / f"{FILE_NAME}-wal"
    with scene.open() as bench:
        scene.tap(bench, 24)
    with scene.open() as bench:
        scene.tap(bench, 6)
        # Most of the log is zeros, which take long to look through and say nothing.
        file, frames = path.read_bytes(), log.read_bytes()[:LOG_BYTES]
    middle = len(file) // PAGE_BYTES // 2 * PAGE_BYTES
    path.write_bytes(file[:middle] + bytes(PAGE_BYTES) + file[middle + PAGE_BYTES :])
    log.write_bytes(frames)
    # As whoever finds it while the station runs asks for it.
    ask_for(path, "a page is zeroed")


STORIES: dict[str, Callable[[Scene], None]] = {
    "first morning": first_morning,
    "full log": full_log,
    "quiet moments": quiet_moments,
    "inbox": inbox,
    "epochs": epochs,
    "salvage": salvaging,
}
BEFORE = {"salvage": damaged_journal}


def main() -> None:
    """Live the story that the arguments name: a folder, a story and a fault."""
    root, name, fault = sys.argv[1:]
    STORIES[name](Scene(Path(root), fault))


if __name__ == "__main__":
    main()
