"""What a station leaves on its disk and in its log never gives a card's number away."""

import base64
import logging
import threading
from pathlib import Path

import pytest

from station.journal import JournalReader
from station.listing import export
from station.reader import Credential, Reason, Unreadable
from station.sidecar import FOLDER, Sidecar
from tests.fakes.station import ANA, BEN, CARA, Bench, broken_disk

CARDS = (ANA, BEN, CARA, Credential("idm", "0123456789abcdef", "felica", 1, None))


def spellings(number: str) -> list[bytes]:
    """Return how a card's number may be written, in the notations readers and programs use."""
    raw = bytes.fromhex(number)
    pairs = [number[at : at + 2] for at in range(0, len(number), 2)]
    texts = [number, ":".join(pairs), " ".join(pairs), "-".join(pairs), "".join(reversed(pairs))]
    texts += [str(int.from_bytes(raw, order)) for order in ("big", "little")]
    codes = [base64.b64encode(raw).rstrip(b"="), base64.urlsafe_b64encode(raw).rstrip(b"=")]
    return [raw, raw[::-1], *codes, *(text.encode() for text in texts), *(t.upper().encode() for t in texts)]


@pytest.mark.invariant(38)
def test_no_file_and_no_log_line_of_a_station_holds_a_cards_number(
    bench: Bench, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sidecar, stop = Sidecar(bench.folder / FOLDER), threading.Event()
    bench.journal.watch(sidecar.add)
    bench.expect(ANA, staff=[BEN])
    for credential in CARDS:
        # Welcomed, flickering, a repeat, held, lost.
        bench.tap(credential)
        bench.tap(credential)
        bench.clock.advance(20_000)
        bench.tap(credential)
        bench.clock.advance(61_000)
        bench.hold(credential, 12_000)
        with broken_disk(bench.journal):
            bench.clock.advance(61_000)
            bench.tap(credential)
        bench.clock.advance(61_000)
    bench.react(Unreadable("nfc", Reason.RANDOM_UID))
    stop.set()
    sidecar.run(stop)
    export(bench.folder, tmp_path / "export.sqlite")
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert {"journal.sqlite-wal", "export.sqlite", "panel.jsonl"} < {file.name for file in files}
    assert any(file.parent.name == FOLDER and file.stat().st_size for file in files)
    left = {file.name: file.read_bytes() for file in files} | {"the log": caplog.text.encode()}
    for credential in CARDS:
        for spelling in spellings(credential.value):
            assert [name for name, whole in left.items() if spelling in whole] == []
    assert JournalReader(bench.journal.path).head(bench.journal.head.epoch).seq > len(CARDS)
