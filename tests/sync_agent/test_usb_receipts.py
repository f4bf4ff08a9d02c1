"""A receipt that came by hand is believed by the same proof as one on the line, and by no less."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sync_agent.signing import open_note, sign_note
from sync_agent.standing import Peer
from sync_agent.usb import ENDING, RECEIPT_ENDING
from tests.fakes.central_rules import ACK_KEY, STRANGER_KEY
from tests.fakes.stick import Stick
from tests.fakes.sync_agent import Bench


@pytest.fixture
def stick(bench: Bench, folder: Path) -> Stick:
    return Stick(folder / "stick", bench)


Forge = Callable[[dict[str, object]], dict[str, object]]


def resigned(**changes: object) -> Forge:
    return lambda note: sign_note("ack", {**note, **changes}, ACK_KEY)  # type: ignore[return-value]  # Signed is JSON


FORGERIES: dict[str, Forge] = {
    "another key": lambda note: dict(sign_note("ack", note, STRANGER_KEY)),
    "another purpose": lambda note: dict(sign_note("epoch", note, ACK_KEY)),
    "another station": resigned(station="st-r102"),
    "another epoch": resigned(epoch=5),
    "another hash": resigned(h=bytes(32).hex()),
    "beyond the journal": resigned(seq=900),
    "an older term": resigned(term=0),
}


@pytest.mark.invariant(9)
@pytest.mark.parametrize("forgery", sorted(FORGERIES))
def test_a_receipt_is_believed_by_the_same_proof_as_on_the_line(stick: Stick, forgery: str) -> None:
    bench = stick.bench
    bench.memory.stand(term=1)
    bench.tap(3)
    stick.write()
    stick.bring()
    (file,) = stick.folder.glob(f"*4{ENDING}{RECEIPT_ENDING}")
    true = file.read_bytes()
    answer = json.loads(true)
    answer["ack"] = FORGERIES[forgery](open_note("ack", answer["ack"], ACK_KEY.verify_key))
    file.write_text(json.dumps(answer))
    read = stick.read()
    assert (read.taken, len(read.refused)) == (0, 1)
    assert bench.memory.peer(bench.epoch) == Peer(bench.epoch)
    file.write_bytes(true)
    assert stick.read().taken == 1


@pytest.mark.invariant(9)
@pytest.mark.parametrize(
    "spoil", [lambda data: data[:0], lambda data: data[:90], lambda data: data[1:], lambda data: data * 2]
)
def test_a_spoilt_receipt_or_file_of_another_station_moves_nothing(
    stick: Stick, spoil: Callable[[bytes], bytes]
) -> None:
    stick.bench.tap(3)
    stick.write()
    stick.bring()
    for file in stick.folder.glob(f"*{RECEIPT_ENDING}"):
        file.write_bytes(spoil(file.read_bytes()))
    assert len(stick.read().refused) == 2
    stick.bring()
    for file in stick.files:
        file.unlink()
    assert len(stick.read().refused) == 2
    assert stick.bench.memory.peer(stick.bench.epoch) == Peer(stick.bench.epoch)
