"""Boards that bring their first key under a one-time token while the station beside them stores taps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from station.errors import SettingsError
from station.settings import Secret
from sync_agent import enrol as enrolling
from sync_agent.config import SyncSettings
from sync_agent.enrol import ENROLLED_FILE, TOKEN_FILE
from sync_agent.errors import AgentError
from sync_agent.ports import Dated, Reply
from sync_agent.wire import PROBLEM_MEDIA_TYPE, KeyNote, KeyState, key_answer
from sync_agent.wire.enrolment import parse_enrolment_request
from tests.fakes.data_folder import ACK_KEY, CONFIG_KEY
from tests.fakes.new_board import TOKEN
from tests.pi.blocks.disk import logging_disk
from tests.pi.blocks.neighbour import taps_beside
from tests.pi.blocks.writes import Flush, Write, changes

_AT = datetime(2026, 8, 3, 12, tzinfo=UTC)


class RefusedError(Exception):
    """Central does not take the key of a board: its token was used with another."""


@dataclass(slots=True)
class Central:
    """Takes the first key each token is used with and no other; `used` holds it and how long the log was."""

    log: Path | None = None
    used: dict[str, tuple[str, float]] = field(default_factory=dict)

    def enrol(self, message: bytes) -> Reply:
        """Take a key, or answer once more for the one that was taken."""
        asked = parse_enrolment_request(message)
        until = 0.0 if self.log is None else self.log.stat().st_size
        kid, _ = self.used.setdefault(asked.station, (asked.public.kid, until))
        if kid != asked.public.kid:
            return Reply(403, PROBLEM_MEDIA_TYPE, b'{"type":"token-spent"}')
        note = KeyNote(
            station=asked.station,
            kid=kid,
            nonce=asked.nonce,
            state=KeyState.IN_USE,
            at=_AT,
            server="central-1",
            inc="i",
            term=1,
        )
        return Reply(200, "application/json", key_answer(note.members(), ACK_KEY))

    def ask_time(self, nonce: str) -> Dated:
        """Is never asked."""
        raise NotImplementedError(nonce)

    def overlook_dates(self) -> None:
        """Is never told."""


@dataclass(frozen=True, slots=True)
class Enrolments:
    """A disk's changes while boards enrolled, which key central took of each, and when each was done."""

    blank: Path
    changes: Sequence[Write | Flush]
    used: Mapping[str, tuple[str, float]]
    done: Mapping[str, float]

    def examine(self, root: Path, until: float) -> str | None:
        """Return what is wrong with boards that begin anew after a power cut, None when nothing is."""
        used = {station: taken for station, taken in self.used.items() if taken[1] < until}
        for station, done in self.done.items():
            if done < until and not (root / station / ENROLLED_FILE).exists():
                return f"{station} had been told that it is enrolled, and does not know it"
            try:
                bring(root / station, Central(used=dict(used)))
            except (AgentError, SettingsError, RefusedError) as error:
                return f"{station} cannot enrol any more: {type(error).__name__}: {error}"
        return None


def bring(board: Path, central: Central) -> None:
    """Let a board bring its key as its first start does; raises what keeps it from that."""

    def pause(_for_s: float) -> None:
        raise RefusedError

    settings = SyncSettings(
        station=board.name,
        state_dir=board / "state",
        server="https://central.school.lan",
        server_key=board / "ack.pub",
        config_key=board / "config.pub",
        signing_key=Secret(board / "station.key"),
    )
    assert enrolling.enrol(settings, board / "sync.toml", central, pause)


def enrol(folder: Path, boards: int, forgotten: str = "") -> Enrolments:
    """Let so many boards of one disk enrol, one after another, who may have forgotten to flush."""
    contents, done = folder / "contents", dict[str, float]()
    names = [f"st-r{number}" for number in range(101, 101 + boards)]
    for name in names:
        _lay_out(contents / name)
    with logging_disk(folder, contents) as disk:
        central = Central(disk.log)
        with taps_beside(disk.root, forgotten):
            for name in names:
                bring(disk.root / name, central)
                done[name] = disk.log.stat().st_size
    return Enrolments(disk.blank, list(changes(disk.log.read_bytes())), central.used, done)


def _lay_out(board: Path) -> None:
    board.mkdir(parents=True)
    for name, text in (
        (TOKEN_FILE, TOKEN),
        ("ack.pub", ACK_KEY.verify_key.public.hex()),
        ("config.pub", CONFIG_KEY.verify_key.public.hex()),
    ):
        (board / name).touch(mode=0o600)
        (board / name).write_text(text, "ascii")
