"""A small school on this machine: its server, one room with station and agent, and everything they wrote."""

import random
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from rich.console import Console

from central.store.evidence import Evidence
from demo import school, school_calendar
from demo.narrator import Narrator
from demo.office import PASSWORD, Office
from demo.premises import Premises, at
from demo.programs import Program
from demo.school import School
from station import chain, config
from station.boot import boot_id_of
from station.clock import PracticeClock, SystemClock
from station.journal import FILE_NAME as JOURNAL_FILE
from station.journal import Identity, Journal, JournalReader, Row
from station.tap import Json, Kind, Tap
from sync_agent import memory
from sync_agent.memory_file import FILE_NAME as MEMORY_FILE
from tests.fakes.station_process import wait_for

_CLASS_SIZE = 6
# The story of the demo may take its time; here nobody watches.
_TIMING = "linger_s = 0.1\nbackoff_s = 0.2\nlongest_backoff_s = 1"
PANEL = "panel.jsonl"


def small_school() -> School:
    """Return two classes of the made-up school, with a few students each."""
    whole = school.found()
    few = (replace(section, students=section.students[:_CLASS_SIZE]) for section in whole.sections[:2])
    return School(whole.year, tuple(few))


class Site:
    """A practice school in a folder of its own; `room` is that of the first class."""

    def __init__(self, folder: Path) -> None:
        self.premises = Premises(folder)
        self.school = small_school()
        self.section = self.school.sections[0]
        self.room = self.premises.room(self.section)
        self.office = Office(self.school, self.premises, Narrator(Console(quiet=True)))

    @classmethod
    def found(cls, folder: Path) -> "Site":
        """Set a school up from nothing: calendar, roster, cards, the first room's station, two logins."""
        site = cls(folder)
        site.bare()
        site.office.found()
        site.furnish()
        site.office.commission(site.room)
        for section in site.school.sections:
            site.give_login(section)
        return site

    @classmethod
    def copied(cls, founded: Path, folder: Path) -> "Site":
        """Set a school up as the copy of one that nobody uses."""
        shutil.copytree(founded, folder)
        return cls(folder)

    def bare(self) -> None:
        """Make the folder and start the clock; there is no server yet."""
        self.premises.clear()
        self.premises.move_clock(at(school_calendar.FIRST_DAY, "07:00"))

    def give_login(self, section: school.Section) -> None:
        """Let a class's teacher sign in."""
        password = self.premises.files / "password"
        password.write_text(PASSWORD, encoding="utf-8")
        password.chmod(0o600)
        secrets = ("--password-file", str(password), "--totp-seed-file", str(self.seed(section)))
        self.office.central("add-operator", section.teacher.number, *secrets)

    def seed(self, section: school.Section) -> Path:
        """Return the file with the seed of a teacher's one-time codes."""
        return self.premises.files / f"seed-{section.teacher.number}"

    def furnish(self, port: int = 0) -> None:
        """Configure station and agent; the panel is recorded, the agent reaches the server on `port`."""
        self.premises.furnish(self.room, school.CODE, "terminal", port)
        _edit(self.room.station_config, 'kind = "terminal"', f'kind = "recorded"\nrecord_to = "{PANEL}"')
        _edit(self.room.agent_config, "linger_s = 1", _TIMING)

    @contextmanager
    def serving(self) -> Iterator[int]:
        """Run the server for as long as the block lasts, and give its port."""
        program, port = self.serve()
        try:
            yield port
        finally:
            program.stop()

    def serve(self) -> tuple[Program, int]:
        """Start the server and return it with its port."""
        program = self.office.serve()
        return program, int(program.wait_for("listening on ").rpartition(":")[2])

    @contextmanager
    def carrying(self) -> Iterator[Program]:
        """Run the agent for as long as the block lasts."""
        program = self.carry()
        try:
            yield program
        finally:
            program.stop()

    def carry(self) -> Program:
        """Start the agent."""
        log = self.premises.logs / "agent.log"
        return Program(["rollbook-sync", "run", "--config", str(self.room.agent_config)], log)

    def epoch(self) -> int:
        """Return the one epoch of the room's journal; a second one would mean that something was lost."""
        (epoch,) = JournalReader(self.room.state / JOURNAL_FILE).epochs()
        return epoch

    def journal(self) -> list[Row]:
        """Return every row of the room's journal, its chain verified."""
        reader = JournalReader(self.room.state / JOURNAL_FILE)
        epoch, rows = self.epoch(), list[Row]()
        while more := reader.rows(epoch, len(rows)):
            rows.extend(more)
        chain.verify(chain.START, ((row.body, row.h) for row in rows))
        return rows

    def acknowledged(self) -> int:
        """Return up to which entry central has acknowledged, as the agent remembers it."""
        return self.remembered().peers[self.epoch()].acked.seq

    def remembered(self) -> memory.Recollection:
        """Return what the agent remembers of its talks with central."""
        return memory.look(self.room.state / MEMORY_FILE)

    def held(self) -> int:
        """Return the last entry central holds of the room's journal, 0 before the first."""
        return sum(last for _, _, last in self._evidence().journals())

    def evidence(self) -> list[bytes]:
        """Return what central holds of the room's journal, entry by entry; each must be there once."""
        found: list[bytes] = []
        for batch in self._evidence().journal(self.section.station, self.epoch()):
            assert batch.first_sequence == len(found) + 1, "central lacks entries, or holds some twice"
            opened = batch.open()
            found.extend(opened.bodies[batch.first_sequence - opened.envelope.first :])
            assert batch.last_sequence == len(found), "a batch is not what its row says"
        return found

    def wait_until_drained(self) -> None:
        """Wait until central has acknowledged the whole journal, to which nobody may append meanwhile."""
        end = self.journal()[-1].seq
        wait_for(lambda: self.acknowledged() == end, f"the acknowledgement of entry {end}")

    def fall_behind(self, taps: int, dice: random.Random) -> None:
        """Let the station have recorded so many taps that nobody has carried yet."""
        settings = config.read(self.room.station_config)
        clock = PracticeClock(self.premises.clock, SystemClock(boot=1))
        identity = Identity(settings.station, settings.school, "0")
        self.room.state.mkdir(exist_ok=True)
        path = self.room.state / JOURNAL_FILE
        recorded: list[tuple[Kind, Json]] = [
            (Kind.TAP, Tap(dice.randbytes(16), settings.token.key_id, "nfc").payload()) for _ in range(taps)
        ]
        with closing(Journal.open(path, identity, clock.reading(), partial(dice.getrandbits, 63))) as journal:
            journal.append(Kind.BOOT, {"boot_id": boot_id_of(), "sw": "0", "clean": True}, clock.reading())
            journal.append_all(recorded, clock.reading())

    def school_key(self) -> bytes:
        """Return the key tokens are derived with."""
        return config.read(self.room.station_config).token.key.hex_bytes(config.KEY_BYTES)

    def _evidence(self) -> Evidence:
        return Evidence(self.premises.server / "data" / "evidence.sqlite")


def bodies(rows: Sequence[Row]) -> list[bytes]:
    """Return the entries of a journal as they are stored."""
    return [row.body for row in rows]


def _edit(file: Path, old: str, new: str) -> None:
    """Replace what must be in a file exactly once."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{file} holds {old!r} {text.count(old)} times"
    file.write_text(text.replace(old, new), encoding="utf-8")
