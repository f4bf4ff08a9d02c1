"""A process that lives a piece of a station's life on its real path, and says where it is in it."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from station import journal as journal_module
from station.clock import HandClock
from station.disk import Disk
from station.inbox import FOLDER, Inbox
from station.journal import FILE_NAME, JournalReader
from station.loop import show
from station.reader import Credential
from station.sidecar import FOLDER as SIDECAR
from station.sidecar import Sidecar
from station.tap import Json, Kind
from station.verdict import Verdict
from tests.fakes.station import Bench

SENSED = "sensed"
EPOCH = "epoch"
ORDER = 3
"""Which of the files in the inbox is an order."""
EARLY = "the light before the commit"
UNSAFE = {
    "WAL/NORMAL": "PRAGMA synchronous = NORMAL",
    "DELETE/FULL": "PRAGMA journal_mode = DELETE",
    "no flush at all": "PRAGMA synchronous = OFF",
}

_FIRST_CARD = 0x04A1B2C3D4E500
_BALLAST_BYTES = 64 * 1024
_SIDECAR_ROWS = 8


def card(number: int) -> Credential:
    """Return one of as many cards as are wanted."""
    return Credential("uid", f"{_FIRST_CARD + number:014x}", "nfc-a", 1, None)


class Scene:
    """One station's folder over several runs of its process, with a fault of ours in it or none."""

    def __init__(self, root: Path, fault: str) -> None:
        self.root = root
        self.clock = HandClock()
        self._fault = fault
        self._cards = 0

    @contextmanager
    def open(self) -> Iterator[Bench]:
        """Run the station once, its ballast and its sidecar included."""
        self.clock.reboot()
        Disk(self.root, _BALLAST_BYTES).prepare()
        bench = Bench(self.root, self.clock)
        if self._fault in UNSAFE:
            bench.journal._connection.execute(UNSAFE[self._fault]).fetchall()
        say(EPOCH, bench.journal.head.epoch)
        with self._copying(bench):
            boot: Json = {"boot_id": "b", "sw": "0", "clean": bench.journal.was_clean}
            bench.journal.append(Kind.BOOT, boot, self.clock.reading())
            yield bench
            bench.journal.append(Kind.SHUTDOWN, {}, self.clock.reading())
        bench.close()

    def tap(self, bench: Bench, times: int) -> None:
        """Let as many students tap, one a second, each with a card of their own."""
        for _ in range(times):
            self.clock.advance(1_000)
            self._cards += 1
            event = bench.present(card(self._cards))
            say(SENSED, self._cards)
            if self._fault == EARLY:
                bench.station.answered.seq = bench.journal.head.seq + 1
                show(bench.panel, Verdict.WELCOME)
            bench.react(event)

    @contextmanager
    def _copying(self, bench: Bench) -> Iterator[None]:
        sidecar, stop = Sidecar(self.root / SIDECAR, flush_rows=_SIDECAR_ROWS), threading.Event()
        sidecar.begin(JournalReader(self.root / FILE_NAME))
        bench.journal.watch(sidecar.add)
        thread = threading.Thread(target=sidecar.run, args=(stop,))
        thread.start()
        yield
        stop.set()
        thread.join()


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
    setattr(journal_module, "CARRIED_ROWS", 6)  # noqa: B010 (see above)
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
            if number == ORDER:
                order = f'{{"kind":"epoch","payload":{{"of":{head.epoch},"reason":"fork"}}}}'
                # An order must be heard: the file is safe on the disk, and with it every name beside it.
                folder.place(scene.root / FOLDER / f"{number}-epoch.json", order, is_durable=True)
            else:
                agent.put(Kind.BEACON, {"number": number}, scene.clock.reading())
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


SCENES: dict[str, Callable[[Scene], None]] = {
    "first morning": first_morning,
    "full log": full_log,
    "quiet moments": quiet_moments,
    "inbox": inbox,
    "epochs": epochs,
}


def say(word: str, number: int) -> None:
    """Say something on standard output, in one call."""
    sys.stdout.write(f"{word} {number}\n")
    sys.stdout.flush()


def main() -> None:
    """Live the scene that the arguments name: a folder, a scene and a fault."""
    root, name, fault = sys.argv[1:]
    SCENES[name](Scene(Path(root), fault))


if __name__ == "__main__":
    main()
