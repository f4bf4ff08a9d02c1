"""Stations come into use and go out of it, and what is published follows at once."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from central.errors import RefusedError
from central.store.models import Station
from central.work import keys
from station import credential, roster
from station.roster import Roster
from sync_agent.signing import SigningKey, VerifyKey, open_text
from tests.central.commands.conftest import Central
from tests.fakes.oneroster import SAMPLE, sample

Dump = Callable[[], str]
KEY = SigningKey(bytes(range(32))).verify_key
OTHER_KEY = SigningKey(bytes(range(1, 33))).verify_key
CARD, STAFF_CARD = "04a1b2c3d4e5f6", "04a1b2c3d4e5f7"


@pytest.fixture
def school(with_calendar: Central) -> Central:
    with_calendar.run("import-roster", SAMPLE)
    cards = f"studentNumber,staffNumber,kind,value,since\n0012345,,uid,{CARD},2026-08-17\n"
    cards += f",900,uid,{STAFF_CARD},2026-08-17\n"
    with_calendar.run("import-credentials", with_calendar.file("cards.csv", cards))
    return with_calendar


def commission(school: Central, *arguments: str, key: VerifyKey = KEY, station: str = "st-r12") -> str:
    room = ("--room", "Room 12") if "--room" not in arguments else ()
    return school.run("commission", station, *room, "--key", key.public.hex(), *arguments)


def published(school: Central, station: str = "st-r12") -> Roster:
    signed = json.loads((school.config.data / "rosters" / f"{station}.json").read_text())
    key = VerifyKey.from_hex(keys.public(school.config.keys, keys.CONFIG))
    return roster.parse(open_text("roster", signed, key))


def keyring(school: Central) -> dict[str, list[tuple[str, bool]]]:
    text = json.loads((school.config.data / "keyring.json").read_text())
    assert text["v"] == 1
    return {
        station: [(key["kid"], key["revoked"]) for key in entry["keys"]]
        for station, entry in text["stations"].items()
    }


def knows(school: Central, value: str) -> bool:
    token = credential.token(keys.school_key(school.config.keys), "uid", value)
    return published(school).knows(token)


def test_a_commissioned_station_has_a_key_in_the_ring_and_a_signed_roster(school: Central) -> None:
    assert f"with the key {KEY.kid}" in commission(school)
    assert keyring(school) == {"st-r12": [(KEY.kid, False)]}
    roster_now = published(school)
    assert (roster_now.station, roster_now.key_id, len(roster_now)) == ("st-r12", "k1", 2)
    assert knows(school, CARD)
    assert knows(school, STAFF_CARD)
    assert not knows(school, "04ffffffffffff")


def test_a_roster_says_whose_card_opens_a_staff_session(school: Central) -> None:
    commission(school)
    key = keys.school_key(school.config.keys)
    staff = [published(school).is_staff(credential.token(key, "uid", card)) for card in (CARD, STAFF_CARD)]
    assert staff == [False, True]


def test_a_card_that_becomes_a_staff_card_is_published_though_it_was_expected_before(school: Central) -> None:
    commission(school)
    before = published(school)
    school.at += timedelta(days=1)
    # In one file, so that no roster in between lacks the card.
    cards = "studentNumber,staffNumber,kind,value,since,until\n"
    cards += f"0012345,,uid,{CARD},2026-08-17,2026-08-17\n,900,uid,{CARD},2026-08-18,\n"
    school.run("import-credentials", school.file("back.csv", cards))
    assert published(school).tokens == before.tokens
    assert len(published(school).staff) == 2 * len(before.staff)


def test_commissioning_twice_changes_nothing(school: Central, content: Dump) -> None:
    commission(school)
    before, version = content(), published(school).version
    commission(school)
    assert content() == before
    assert published(school).version == version


def test_a_roster_gets_a_higher_version_only_when_it_says_something_new(school: Central) -> None:
    commission(school)
    first = published(school)
    assert "0 of 1 station rosters are new" in school.run("publish")
    cards = school.file("more.csv", "studentNumber,kind,value,since\n0098765,uid,04bbbbbbbbbbbb,2026-08-17\n")
    school.run("import-credentials", cards)
    second = published(school)
    assert second.version > first.version
    assert len(second) == 3
    leaver = sample()
    leaver["enrollments"].drop(3)
    school.at += timedelta(days=1)
    school.run("import-roster", school.zip(leaver))
    assert published(school).version > second.version
    assert not knows(school, CARD)


def test_versions_ascend_even_when_the_published_file_was_lost(school: Central) -> None:
    commission(school)
    before = published(school).version
    (school.config.data / "rosters" / "st-r12.json").unlink()
    school.at += timedelta(seconds=1)
    school.run("publish")
    assert published(school).version > before


def test_a_roster_near_its_end_is_renewed_without_any_change(school: Central) -> None:
    commission(school)
    before = published(school)
    school.at += timedelta(days=40)
    school.run("publish")
    assert published(school).version > before.version
    assert published(school).expires_at > before.expires_at


def test_a_forged_roster_on_disk_is_replaced(school: Central) -> None:
    commission(school)
    version = published(school).version
    path = school.config.data / "rosters" / "st-r12.json"
    signed = json.loads(path.read_text())
    forged = signed["note"].replace(f'"version":{version}', f'"version":{version + 5}')
    path.write_text(json.dumps(signed | {"note": forged}))
    school.run("publish")
    # Opening it proves the signature again.
    assert published(school).version == version


def test_classes_that_begin_within_two_weeks_are_on_the_roster_already(school: Central) -> None:
    school.at = datetime(2026, 8, 1, 16, tzinfo=UTC)
    commission(school)
    assert not knows(school, CARD)
    school.at = datetime(2026, 8, 5, 16, tzinfo=UTC)
    school.run("publish")
    assert knows(school, CARD)


def test_a_retired_station_is_revoked_and_its_roster_gone(school: Central) -> None:
    commission(school)
    school.run("retire", "st-r12")
    assert keyring(school) == {"st-r12": [(KEY.kid, True)]}
    assert list((school.config.data / "rosters").iterdir()) == []
    with pytest.raises(RefusedError, match="out of use already"):
        school.run("retire", "st-r12")
    with pytest.raises(RefusedError, match="was revoked and stays so"):
        commission(school)


def test_a_retired_station_may_first_deliver_what_it_holds(school: Central) -> None:
    commission(school)
    school.run("retire", "st-r12", "--keep-key")
    assert keyring(school) == {"st-r12": [(KEY.kid, False)]}
    commission(school, key=OTHER_KEY, station="st-r12b")
    school.run("retire", "st-r12")
    assert keyring(school) == {"st-r12": [(KEY.kid, True)], "st-r12b": [(OTHER_KEY.kid, False)]}


def test_a_station_set_up_anew_needs_a_word_before_its_old_key_is_revoked(
    school: Central, content: Dump
) -> None:
    commission(school)
    before = content()
    with pytest.raises(RefusedError, match="st-r12 has another key; say --replace-key"):
        commission(school, key=OTHER_KEY)
    assert content() == before
    commission(school, "--replace-key", key=OTHER_KEY)
    assert keyring(school) == {"st-r12": [(KEY.kid, True), (OTHER_KEY.kid, False)]}


def test_a_room_has_one_station_and_must_be_known(school: Central, content: Dump) -> None:
    commission(school)
    before = content()
    with pytest.raises(RefusedError, match="Room 12 has the station st-r12; retire it first"):
        commission(school, key=OTHER_KEY, station="st-r13")
    with pytest.raises(RefusedError, match=r"there is no room 'Room 13'.*known: Room 12"):
        commission(school, "--room", "Room 13", key=OTHER_KEY, station="st-r13")
    with pytest.raises(RefusedError, match="no name for a station"):
        commission(school, station="../etc/passwd")
    with pytest.raises(RefusedError, match="the station's key cannot be used"):
        school.run("commission", "st-x", "--room", "Room 12", "--key", "abc")
    with pytest.raises(RefusedError, match="there is no station st-9"):
        school.run("retire", "st-9")
    assert content() == before
    commission(school, "--room", "Room 13", "--new-room", key=OTHER_KEY, station="st-r13")
    assert Station.objects.get(code="st-r13").room.name == "Room 13"


def test_a_key_file_will_do(school: Central) -> None:
    path = school.file("station.pub", f"{KEY.public.hex()}\n")
    assert KEY.kid in school.run("commission", "st-r12", "--room", "Room 12", "--key-file", path)


def test_nothing_half_written_is_ever_published(school: Central, monkeypatch: pytest.MonkeyPatch) -> None:
    commission(school)
    before = (school.config.data / "rosters" / "st-r12.json").read_bytes()
    school.at += timedelta(days=40)

    def full_disk(descriptor: int) -> None:
        raise OSError(28, "No space left on device", descriptor)

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        school.run("publish")
    assert (school.config.data / "rosters" / "st-r12.json").read_bytes() == before
