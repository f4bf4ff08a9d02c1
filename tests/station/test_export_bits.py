import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from station import chain
from station.errors import ChainError
from station.listing import export
from station.tap import Kind
from tests.fakes.station import ANA, BEN, CARA, Bench

ENTRIES = 200


def exported(bench: Bench, target: Path) -> list[tuple[bytes, bytes]]:
    """Return the rows of an export in order, as whoever verifies it reads them."""
    export(bench.folder, target)
    with closing(sqlite3.connect(target)) as connection:
        return connection.execute("SELECT body, h FROM entry ORDER BY sequence").fetchall()


def flipped(whole: bytes, bit: int) -> bytes:
    changed = bytearray(whole)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@pytest.mark.invariant(30)
@pytest.mark.fault("D4")
def test_no_bit_of_an_exported_journal_can_be_changed_unnoticed(bench: Bench, tmp_path: Path) -> None:
    for number in range(ENTRIES - 1):
        if number % 10:
            bench.tap((ANA, BEN, CARA)[number % 3])
        else:
            bench.journal.append(
                Kind.ALIVE, {"readers": {"nfc": "ready"}, "disk": "ok"}, bench.clock.reading()
            )
        bench.clock.advance(61_000)
    rows = exported(bench, tmp_path / "export.sqlite")
    assert len(rows) == ENTRIES
    assert chain.verify(chain.START, rows) == bench.journal.head.h
    unnoticed, before, tried = [], chain.START, 0
    for place, (body, h) in enumerate(rows):
        # What stands before is proven already, and what follows is not reached.
        for changed in [(flipped(body, bit), h) for bit in range(len(body) * 8)] + [
            (body, flipped(h, bit)) for bit in range(len(h) * 8)
        ]:
            tried += 1
            try:
                chain.verify(before, [changed])
            except ChainError:
                continue
            unnoticed.append(place)
        before = h
    assert unnoticed == []
    assert tried > ENTRIES * 800
