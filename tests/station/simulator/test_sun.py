"""The emulated NTAG 424 DNA against the vectors of NXP's application note, and its two files."""

import json
from pathlib import Path

import pytest

from station.simulator.isodep import App
from station.simulator.sun import LINKS, NDEF_APP, SunTag, ndef_file, sun_card, sun_mac

VECTORS = json.loads((Path(__file__).parent / "vectors" / "sun.json").read_text(encoding="utf-8"))
UID = bytes.fromhex("04de5f1eacc040")
SELECT_APP = bytes.fromhex("00a4040007") + NDEF_APP + b"\x00"
SELECT_NDEF = bytes.fromhex("00a4000c02e104")
SELECT_CAPABILITIES = bytes.fromhex("00a4000c02e103")


def _zeros(size: int) -> bytes:
    return bytes(size)


def _read(app: App, start: int, count: int) -> bytes:
    answer = app(b"\x00\xb0" + start.to_bytes(2, "big") + bytes([count & 0xFF]))
    assert answer[-2:] == b"\x90\x00", answer
    return answer[:-2]


def _opened(tag: SunTag) -> App:
    app = tag.begin(_zeros)
    assert app(SELECT_APP) == b"\x90\x00"
    assert app(SELECT_NDEF) == b"\x90\x00"
    return app


@pytest.mark.parametrize("vector", VECTORS["messages"], ids=lambda vector: vector["name"])
def test_a_reading_is_what_the_application_note_prints(vector: dict[str, str]) -> None:
    tag = SunTag(bytes.fromhex(vector["uid"]), vector["link"], int(vector["counter"]) - 1)
    assert tag.read_link(lambda size: bytes.fromhex(vector["padding"])[:size]) == vector["reads"]
    assert tag.counter == int(vector["counter"])


@pytest.mark.parametrize("vector", VECTORS["macs"])
def test_the_mac_under_other_keys_is_as_published(vector: dict[str, str]) -> None:
    found = sun_mac(
        bytes.fromhex(vector["file_key"]),
        bytes.fromhex(vector["uid"]),
        int(vector["counter"]),
        vector["covers"],
    )
    assert found.hex().upper() == vector["mac"]


def test_the_counter_rises_once_a_selection_however_the_file_is_read() -> None:
    tag = SunTag(UID, LINKS["plain"])
    app = _opened(tag)
    whole = _read(app, 0, 256)
    pieces = b"".join(_read(app, start, 7) for start in range(0, 252, 7)) + _read(app, 252, 7)
    assert (pieces, tag.counter) == (whole, 1)
    assert b"ctr=000001" in whole
    app(SELECT_NDEF)
    assert b"ctr=000002" in _read(app, 0, 0)
    assert b"ctr=000003" in _read(_opened(tag), 0, 0)


def test_a_file_is_nothing_before_it_is_selected_and_nothing_behind_its_end() -> None:
    app = SunTag(UID).begin(_zeros)
    assert app(bytes.fromhex("00b0000010")) == bytes.fromhex("6985")
    assert app(SELECT_NDEF) == bytes.fromhex("6a82")
    app(SELECT_APP)
    assert app(bytes.fromhex("00a4000c02e105")) == bytes.fromhex("6a82")
    assert app(SELECT_CAPABILITIES) == b"\x90\x00"
    assert _read(app, 0, 2) == bytes.fromhex("0017")
    assert app(bytes.fromhex("00b00100ff")) == bytes.fromhex("6b00")
    assert app(bytes.fromhex("00b00000")) == bytes.fromhex("6700")
    assert app(bytes.fromhex("00a4040002aabb00")) == bytes.fromhex("6a82")
    assert app(bytes.fromhex("00b0000010")) == bytes.fromhex("6985")


def test_the_file_holds_one_link_as_the_nfc_forum_writes_it() -> None:
    assert ndef_file("https://a.b/c")[:12].hex() == "000ad101065504612e622f63"
    assert len(ndef_file("https://a.b/c")) == 256


def test_the_same_card_with_a_random_number_tells_its_own_in_the_link_alone() -> None:
    numbers = iter(range(1, 100))
    tag = SunTag(UID, LINKS["plain"])
    card = sun_card(tag, lambda size: bytes([next(numbers)]) * size, is_random=True)
    first = card.uid
    card.power_off()
    assert (first[0], len(first), card.uid != first) == (0x08, 4, True)
    assert b"uid=04DE5F1EACC040" in _read(_opened(tag), 0, 0)
