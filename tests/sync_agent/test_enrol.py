"""A new board asks until central has its key in use, and believes nobody else."""

import errno
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from station.settings import Secret
from sync_agent import enrol as enrolling
from sync_agent.config import Keys, SyncSettings
from sync_agent.enrol import ENROLLED_FILE, TOKEN_FILE, Enroller, Step
from sync_agent.errors import CertificateDateError, ConfigError, CourierError
from sync_agent.keygen import make_key
from sync_agent.ports import Dated, Reply
from sync_agent.signing import SigningKey
from sync_agent.wire import (
    ENROLMENTS_PATH,
    PROBLEM_MEDIA_TYPE,
    KeyNote,
    KeyState,
    key_answer,
    nonce_text,
)
from tests.fakes.data_folder import ACK_KEY, CONFIG_KEY, publish_keyring
from tests.fakes.intake import IntakeBench
from tests.fakes.new_board import NEW, TOKEN, NewBoard, ahead, listed, publish_tokens
from tests.fakes.virtual_station import VirtualStation

PORTAL = Reply(200, "text/html", b"<html>Welcome to our guest network</html>")


@dataclass
class Line:
    """A line to a real intake that answers something else where a test says so."""

    bench: IntakeBench
    instead: list[Reply | CourierError] = field(default_factory=list)
    is_overlooking: bool = False

    def enrol(self, message: bytes) -> Reply:
        if self.instead:
            answer = self.instead.pop(0)
            if isinstance(answer, CourierError):
                raise answer
            return answer
        got = self.bench.caller.call("POST", ENROLMENTS_PATH, {}, message)
        return Reply(got.status, got.headers.get("content-type", ""), got.body)

    def ask_time(self, nonce: str) -> Dated:
        got = self.bench.caller.call("GET", f"/v1/time?nonce={nonce}", {}, b"")
        reply = Reply(got.status, got.headers.get("content-type", ""), got.body)
        return Dated(reply, datetime(2020, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC))

    def overlook_dates(self) -> None:
        self.is_overlooking = True


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    with IntakeBench(tmp_path / "bench") as bench:
        publish_tokens(bench.config.data, [listed(TOKEN, ahead(bench.clock))])
        yield Line(bench)


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """Return the sync.toml of a board with a token beside it."""
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / TOKEN_FILE).touch(mode=0o600)
    (folder / TOKEN_FILE).write_text(f"{TOKEN}\n")
    (folder / "ack.pub").write_text(ACK_KEY.verify_key.public.hex())
    (folder / "config.pub").write_text(CONFIG_KEY.verify_key.public.hex())
    return folder / "sync.toml"


def settings(card: Path) -> SyncSettings:
    return SyncSettings(
        station=NEW,
        state_dir=card.parent / "state",
        server="https://central.school.lan",
        server_key=card.parent / "ack.pub",
        config_key=card.parent / "config.pub",
        signing_key=Secret(card.parent / "station.key"),
    )


def key_of(card: Path) -> SigningKey:
    return SigningKey.from_hex((card.parent / "station.key").read_text())


def records_take_it_up(line: Line, card: Path) -> None:
    station = VirtualStation(NEW)
    station.key = key_of(card)
    publish_keyring(line.bench.config, [station])


@pytest.mark.invariant(36)
def test_a_board_asks_until_its_key_is_in_use_and_may_ask_again(line: Line, card: Path) -> None:
    line.instead = [CourierError("nobody there"), PORTAL, Reply(503, PROBLEM_MEDIA_TYPE, b"{}", 7.0)]
    waits: list[float] = []

    def pause(for_s: float) -> None:
        waits.append(for_s)
        if len(waits) == 4:
            records_take_it_up(line, card)

    assert enrolling.enrol(settings(card), card, line, pause)
    assert len(waits) == 4
    assert waits[2] >= 7.0
    assert (card.parent / "station.key").stat().st_mode & 0o777 == 0o600
    signed = json.loads((card.parent / ENROLLED_FILE).read_text())
    assert json.loads(signed["note"])["kid"] == key_of(card).kid
    # Power went before the card was scrubbed: the same key gets the same answer.
    assert enrolling.enrol(settings(card), card, line, pause)
    assert len(waits) == 4
    (card.parent / TOKEN_FILE).unlink()
    assert not enrolling.enrol(settings(card), card, line, pause)


def test_a_board_whose_token_is_refused_keeps_it_and_asks_seldom(line: Line, card: Path) -> None:
    line.bench.post(NewBoard(seed="the thief's").enrolment())
    waits: list[float] = []

    def pause(for_s: float) -> None:
        waits.append(for_s)
        if len(waits) == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        enrolling.enrol(settings(card), card, line, pause)
    assert min(waits) >= enrolling.REFUSED_S
    assert (card.parent / TOKEN_FILE).exists()


def test_a_key_that_could_not_be_made_safe_is_not_taken_for_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    file = tmp_path / "station.key"
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", refuse)
        with pytest.raises(ConfigError, match="cannot be written"):
            make_key(file, secrets.token_bytes)
    assert not file.exists()
    made = make_key(file, secrets.token_bytes)
    assert SigningKey.from_hex(file.read_text()).kid == made.kid
    assert [found.name for found in tmp_path.iterdir()] == ["station.key"]


def test_nobody_but_central_can_say_that_a_key_is_in_use(line: Line) -> None:
    key = SigningKey(b"k" * 32)
    keys = Keys(key, ACK_KEY.verify_key, CONFIG_KEY.verify_key)
    asks = Enroller(NEW, keys, TOKEN, line, lambda: b"n" * 16)
    note = KeyNote(
        station=NEW,
        kid=key.kid,
        nonce=nonce_text(b"x" * 16),
        state=KeyState.IN_USE,
        at=line.bench.clock.now(),
        server="central-1",
        inc="i",
        term=1,
    )
    bodies = [key_answer(note.members(), by) for by in (SigningKey(b"s" * 32), ACK_KEY)]
    line.instead = [Reply(200, "application/json", body) for body in bodies]
    assert [asks.ask()[0] for _ in range(3)] == [Step.UNHEARD, Step.UNHEARD, Step.TAKEN]


def test_a_board_whose_clock_is_wrong_learns_so_from_centrals_signed_time(line: Line) -> None:
    keys = Keys(SigningKey(b"k" * 32), ACK_KEY.verify_key, CONFIG_KEY.verify_key)
    asks = Enroller(NEW, keys, TOKEN, line, lambda: b"n" * 16)
    line.instead = [CertificateDateError("not of this date")]
    assert asks.ask()[0] is Step.UNHEARD
    assert line.is_overlooking
