"""A station comes into use by a token; who tries otherwise is refused and written down."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from central.errors import CentralError, InputError, RefusedError
from central.intake.app import build
from central.store.models import AuditEvent, EnrolmentRefusal, Station, StationKey
from central.work import keys
from central.work.brought_keys import OVERLAP, SALVAGE, take_up
from central.work.publish import publish
from sync_agent.signing import SigningKey, VerifyKey
from sync_agent.wire import KeyState, parse_key_answer
from tests.central.commands.conftest import Central
from tests.fakes.asgi import Answer, AsgiCaller
from tests.fakes.new_board import NewBoard
from tests.fakes.oneroster import SAMPLE
from tests.fakes.virtual_station import Message, VirtualStation

ROOMS = "station,room,wifi_ssid\nst-r12,Room 12,lan\n"
CLOCK_TICKS = timedelta(seconds=1)


@pytest.fixture
def school(with_calendar: Central) -> Central:
    with_calendar.run("import-roster", SAMPLE)
    return with_calendar


class Desk:
    """Central with its stations' door open: commands on one side, boards on the other."""

    def __init__(self, school: Central) -> None:
        (school.config.data / "server.json").write_text('{"server":"central-1","inc":"i","term":1}')
        self.school = school

    def ask(self, message: Message) -> Answer:
        """Carry a board's request to the door and let the records follow, as the server does each second."""
        with AsgiCaller(build(self.school.config, lambda: self.school.at)) as door:
            answer = door.call("POST", message.path, message.headers, message.body)
        take_up(self.school.config.evidence, self.school.at)
        publish(self.school.config, self.school.at)
        self.school.at += CLOCK_TICKS
        return answer

    def enlist(self, *arguments: str) -> Mapping[str, Mapping[str, str]]:
        """Make tokens and return the file's by station."""
        out = self.school.folder / f"enrolment-{self.school.at:%H%M%S}.json"
        rooms = self.school.file("rooms.csv", ROOMS)
        self.school.run("enlist", "make", rooms, "--out", out, *arguments)
        self.school.at += CLOCK_TICKS
        return self.tokens(out)

    def replace(self, *arguments: str) -> str:
        out = self.school.folder / f"replacement-{self.school.at:%H%M%S}.json"
        why = ("--reason", "water damage", "--out", str(out))
        self.school.run("replace-station", "st-r12", *why, *arguments)
        return self.tokens(out)["st-r12"]["token"]

    def tokens(self, out: Path) -> Mapping[str, Mapping[str, str]]:
        assert out.stat().st_mode & 0o777 == 0o600
        whole = json.loads(out.read_text())
        assert {"v", "school", "server", "server_ack", "server_config", "key_id", "tokens"} <= whole.keys()
        tokens: Mapping[str, Mapping[str, str]] = whole["tokens"]
        return tokens

    def state(self, answer: Answer) -> KeyState:
        ack = VerifyKey.from_hex(keys.public(self.school.config.keys, keys.ACK))
        return parse_key_answer(answer.body, ack).state


@pytest.fixture
def desk(school: Central) -> Desk:
    return Desk(school)


def board(token: str, seed: str = "first") -> NewBoard:
    return NewBoard("st-r12", token, seed)


def in_ring(desk: Desk) -> dict[str, bool]:
    """Return the keys of the station in the published ring, and whether each is over."""
    ring = json.loads((desk.school.config.data / "keyring.json").read_text())
    return {key["kid"]: key["revoked"] for key in ring["stations"]["st-r12"]["keys"]}


def why_refused() -> list[str]:
    return list(EnrolmentRefusal.objects.order_by("pk").values_list("reason", flat=True))


def test_a_station_enrols_by_its_token_once_and_whoever_shows_it_again_is_written_down(desk: Desk) -> None:
    token = desk.enlist()["st-r12"]["token"]
    new = board(token)
    assert desk.state(desk.ask(new.enrolment())) is KeyState.TAKEN
    assert desk.state(desk.ask(new.enrolment())) is KeyState.IN_USE
    assert in_ring(desk) == {new.key.kid: False}
    assert Station.objects.get().room.name == "Room 12"
    copied = board(token, "the copy of the card")
    for _ in range(2):
        assert desk.ask(copied.enrolment()).status == 409
    assert StationKey.objects.count() == 1
    assert why_refused() == ["token-used"]
    told = AuditEvent.objects.get(verb="refuse-key")
    assert (told.subject, told.detail) == ("st-r12", {"reason": "token-used", "kid": copied.key.kid})
    # Nothing of a token is kept anywhere at central.
    for file in desk.school.config.data.rglob("*"):
        assert not file.is_file() or token.encode() not in file.read_bytes()
    assert "used" in desk.school.run("enlist", "list")


def test_a_token_ends_by_time_by_word_and_with_its_station(desk: Desk) -> None:
    expired = desk.enlist()["st-r12"]["token"]
    desk.school.at += timedelta(days=14)
    desk.ask(board(expired).enrolment())
    again = desk.enlist()["st-r12"]["token"]
    assert desk.enlist() == {}
    desk.ask(board(desk.enlist("--again")["st-r12"]["token"], "third").enrolment())
    desk.ask(board(again, "second").enrolment())
    assert "no token, it has its key" in desk.school.run(
        "enlist", "make", desk.school.folder / "rooms.csv", "--out", desk.school.folder / "none.json"
    )
    desk.ask(board(f"9{again}").enrolment())
    desk.school.run("retire", "st-r12")
    desk.ask(board(again, "after all").enrolment())
    assert why_refused() == ["token-expired", "token-revoked", "wrong-school", "station-retired"]
    back = desk.enlist()["st-r12"]["token"]
    desk.school.run("enlist", "take-back", "st-r12", "--reason", "wrong list")
    desk.ask(board(back).enrolment())
    assert why_refused()[-2:] == ["station-retired"] * 2
    with pytest.raises(RefusedError, match="no open token"):
        desk.school.run("enlist", "take-back", "st-r12", "--reason", "twice")


def test_a_new_card_takes_over_and_what_the_old_one_holds_may_still_come(desk: Desk) -> None:
    old = board(desk.enlist()["st-r12"]["token"])
    desk.ask(old.enrolment())
    new = board(desk.replace(), "new card")
    assert in_ring(desk) == {old.key.kid: False}
    desk.ask(new.enrolment())
    assert in_ring(desk) == {old.key.kid: False, new.key.kid: False}
    station = VirtualStation("st-r12")
    station.key = old.key
    assert desk.ask(station.registration()).status == 200
    desk.school.at += SALVAGE
    publish(desk.school.config, desk.school.at)
    assert in_ring(desk) == {old.key.kid: True, new.key.kid: False}
    stolen = desk.replace("--stolen")
    assert in_ring(desk) == {old.key.kid: True, new.key.kid: True}
    desk.ask(board(stolen, "after the theft").enrolment())
    assert list(in_ring(desk).values()) == [True, True, False]


def test_a_key_is_followed_by_the_next_and_both_are_good_for_a_week(desk: Desk) -> None:
    old, following = board(desk.enlist()["st-r12"]["token"]), SigningKey(b"n" * 32)
    desk.ask(old.enrolment())
    assert desk.state(desk.ask(old.rotation(following))) is KeyState.TAKEN
    assert desk.state(desk.ask(old.rotation(following))) is KeyState.IN_USE
    assert in_ring(desk) == {old.key.kid: False, following.kid: False}
    assert AuditEvent.objects.get(verb="rotate-key").detail["after"] == old.key.kid
    # A copy of the card that makes itself another key is noticed, and gets nothing.
    assert desk.ask(old.rotation(SigningKey(b"c" * 32))).status == 409
    assert why_refused() == ["second-successor"]
    desk.school.at += OVERLAP
    publish(desk.school.config, desk.school.at)
    assert in_ring(desk) == {old.key.kid: True, following.kid: False}
    assert take_up(desk.school.config.evidence, desk.school.at) == 0


def test_a_list_that_cannot_be_is_refused_as_a_whole_and_a_file_is_never_written_over(desk: Desk) -> None:
    rooms = desk.school.file("bad.csv", "station,room\nST,Room 12\nst-a,Attic\nst-b,Room 12\nst-c,Room 12\n")
    out = desk.school.folder / "out.json"
    with pytest.raises(InputError) as refused:
        desk.school.run("enlist", "make", rooms, "--out", out)
    assert len(refused.value.problems) == 4
    assert not out.exists()
    out.write_text("of last week")
    with pytest.raises(CentralError, match="there already"):
        desk.enlist("--out", str(out))
    assert out.read_text() == "of last week"
