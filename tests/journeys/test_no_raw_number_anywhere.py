import base64
import random
import signal
from pathlib import Path

import pytest

from station.clock import HandClock
from station.credential import token
from station.journal import FILE_NAME, JournalReader
from station.reader import Credential
from station.salvage import ASIDE
from station.tap import Kind, Tap, decode
from tests.fakes.damage import PAGE
from tests.fakes.simulator import practising
from tests.fakes.station import KEY, open_journal
from tests.journeys.every_card import (
    CARDS,
    FAULTS,
    LINES,
    NONSENSE,
    NUMBERS,
    STUDENT,
    STUDENT_NUMBER,
    EveryReader,
    named,
)
from tests.journeys.raw_number import Found, search

pytestmark = pytest.mark.journey

RAW = {name: bytes.fromhex(number) for name, number in NUMBERS.items()} | {
    # As most fobs have it printed on them.
    "fob, printed": bytes.fromhex(NUMBERS["fob"])[1:],
}
WORDS = {"a student's name": STUDENT, "another's": "Lopez", "a student's number": STUDENT_NUMBER}
RUTH = Credential("uid", NUMBERS["staff"], "nfc-a", 1, None)
ENROLLED = Credential("uid", NUMBERS["card to enrol"], "nfc-a", 1, None)
EXPECTED = Credential("uid", NUMBERS["NTAG"], "nfc-a", 1, None)


def live(place: EveryReader) -> None:
    """Let everything happen to a station that can happen."""
    place.expect(EXPECTED, staff=[RUTH])
    place.start()
    for line in CARDS:
        place.show(line)
    place.scan(NONSENSE[0])
    for line in NONSENSE[1:]:
        place.bench.do(f"scan {named(line)}")
    for line in LINES:
        place.scan(line)
    for fault in FAULTS:
        place.bench.do(f"fault {fault} 2")
        place.show("ntag {card with a fault}")
        # Beyond what counts as the same presentation.
        place.pass_time(10_000)
    mark_and_enrol(place)
    place.end(signal.SIGKILL)
    spoil_a_page(place.state / FILE_NAME)
    place.start()
    for line in CARDS[:3]:
        place.show(line)
    place.bench.do("unplug")
    place.bench.do("plug")
    place.let_look()
    place.end(signal.SIGTERM)
    place.tell("check")
    place.tell("selftest")
    place.tell("taps")
    place.tell("export", "study.sqlite")


def mark_and_enrol(place: EveryReader) -> None:
    """Do what staff do: an outage, a mark of the time, and a new card, which is held as well."""
    place.hold(RUTH, "STAFF_OUTAGE")
    place.hold(RUTH, "DONE")
    place.tap(RUTH)
    place.await_sign("STAFF_TIME")
    place.tap(RUTH)
    place.await_sign("STAFF_ENROL")
    place.hold(RUTH, "STAFF_AWAITS_CARD")
    place.lay(ENROLLED)
    place.await_sign("STAFF_ENROL")
    place.lift()


def spoil_a_page(path: Path) -> None:
    """Lose a page in the middle of the write-ahead log's file, or of the journal's where there is none."""
    file = path.with_name(f"{path.name}-wal")
    data = file.read_bytes() if file.exists() else path.read_bytes()
    used = len(data.rstrip(b"\0"))
    middle = used // 2
    (file if file.exists() else path).write_bytes(data[:middle] + bytes(PAGE) + data[middle + PAGE :])


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, room = tmp_path_factory.mktemp("station"), tmp_path_factory.mktemp("room")
    ports = ["--link", "reader", "--scanner-link", "scanner", "--fob-link", "fobs"]
    options = [str(room / word) if not word.startswith("--") else word for word in ports]
    with practising(room, options=[*options, "--wallet", str(room / "wallet")]) as bench:
        place = EveryReader(folder, bench)
        try:
            live(place)
        finally:
            place.close()
    return folder


def test_no_raw_number_and_no_name_lies_anywhere_on_a_stations_disk_or_in_its_log(lived: Path) -> None:
    assert list(search(lived, RAW, WORDS)) == []


def test_what_was_searched_is_all_a_station_leaves_and_every_card_left_its_trace(lived: Path) -> None:
    names = {str(file.relative_to(lived)) for file in lived.rglob("*") if file.is_file()}
    assert {"panel.jsonl", "station.log", "taps.txt", "check.txt", "study.sqlite"} <= names
    assert {f"state/{FILE_NAME}", "state/roster.json", "state/ballast"} <= names
    assert any(name.startswith("state/sidecar/") for name in names)
    assert any(name.startswith(f"state/{FILE_NAME}{ASIDE}") for name in names)
    log = (lived / "station.log").read_text(encoding="utf-8")
    assert " debug " in log
    assert "journal.salvaged" in log
    tapped = tokens_in(lived / "state" / FILE_NAME)
    kinds = {"FeliCa": "idm", "fob": "em", "fob scanned": "em", "printed code": "sc1"}
    stored = {
        name for name, number in NUMBERS.items() if token(KEY, kinds.get(name, "uid"), number) in tapped
    }
    # A card that only central can open has no token here, and a foreign one no identity at all.
    without = {"SUN behind a random UID", "bank card", "DESFire", "type B", "card of a teacher's wallet"}
    assert stored == NUMBERS.keys() - without


def tokens_in(path: Path) -> set[bytes | None]:
    """Return the tokens of all taps of all epochs."""
    reader, found, seq = JournalReader(path), set[bytes | None](), 0
    for epoch in reader.epochs():
        seq = 0
        while rows := reader.rows(epoch, seq):
            seq = rows[-1].seq
            entries = [decode(row.body) for row in rows]
            found |= {Tap.from_payload(entry.payload).token for entry in entries if entry.kind == Kind.TAP}
    return found


def spellings(raw: bytes) -> dict[str, bytes]:
    """Return a number as programs and people write it, by other means than those that look for it."""
    text, number = raw.hex(), int.from_bytes(raw)
    pairs = [text[at : at + 2] for at in range(0, len(text), 2)]
    spelled = {
        "lower": text,
        "upper": text.upper(),
        "colons": ":".join(pairs),
        "dashes": "-".join(pairs).upper(),
        "blanks": " ".join(pairs),
        "0x": ", ".join(f"0x{pair}" for pair in pairs),
        "escaped": "".join(f"\\x{pair}" for pair in pairs),
        "Python": repr(raw),
        "a list": str(list(raw)),
        "decimal": str(number),
        "ten digits": f"{number:010d}",
        "other end first": str(int.from_bytes(raw, "little")),
        "reversed": raw[::-1].hex(),
    }
    found = {name: value.encode() for name, value in spelled.items()}
    found |= {"bytes": raw, "bytes reversed": raw[::-1]}
    for before in (b"", b"?", b"??"):
        found[f"base64 behind {len(before)}"] = base64.b64encode(before + raw + b"!")
        found[f"base64url behind {len(before)}"] = base64.urlsafe_b64encode(before + raw[::-1] + b"!")
        found[f"base64 of text behind {len(before)}"] = base64.b64encode(before + raw.hex().encode() + b"!")
    return found


@pytest.mark.parametrize("name", RAW)
def test_a_number_that_does_lie_somewhere_is_found_however_it_is_written(tmp_path: Path, name: str) -> None:
    dice = random.Random(name)  # noqa: S311 (the same disk each time)
    for spelled, planted in spellings(RAW[name]).items():
        noise = [dice.randbytes(700), bytes(5_000), base64.b64encode(dice.randbytes(90))]
        file = tmp_path / "state" / "some.file"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(noise[0] + noise[1] + b'["' + planted + b'"]' + noise[2])
        found = {hit.number for hit in search(tmp_path, {name: RAW[name]}, {})}
        assert found == {name}, spelled
        file.write_bytes(b"".join(noise))
        assert list(search(tmp_path, {name: RAW[name]}, {})) == [], spelled


def test_a_number_cut_in_two_by_the_pages_of_a_journal_is_found(tmp_path: Path) -> None:
    clock, number = HandClock(), NUMBERS["mirrored UID"]
    journal = open_journal(tmp_path, clock)
    evidence = "x" * 1_100 + number + "x" * 2_000
    journal.append(Kind.TAP, Tap(None, None, "nfc", {}, evidence).payload(), clock.reading())
    journal.close()
    found = {hit.place for hit in search(tmp_path, {"it": bytes.fromhex(number)}, {})}
    assert found == {f"{FILE_NAME}, its entries"}


def test_a_name_is_found_whatever_its_case(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(f"tap by MARIA {STUDENT.upper()}", encoding="utf-8")
    assert list(search(tmp_path, {}, WORDS)) == [Found("a.log", "a student's name", "words")]
