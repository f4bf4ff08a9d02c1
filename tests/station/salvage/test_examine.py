import random
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pytest

from station.clock import HandClock
from station.journal import FILE_NAME
from station.salvage.examine import examine
from station.salvage.remains.wal import FRAME_HEAD_BYTES, HEAD_BYTES, wal_of
from station.tap import Kind
from tests.fakes.damage import KINDS, PAGE, Term, copy_of, detected, fill, flipped, rows_in
from tests.fakes.station import open_journal

Damage = Callable[[Term, int], bytes]


@pytest.fixture(scope="module")
def term(tmp_path_factory: pytest.TempPathFactory) -> Term:
    return Term(tmp_path_factory.mktemp("term"), taps=120)


@pytest.mark.parametrize("damage", KINDS)
@pytest.mark.invariant(30)
@pytest.mark.fault("D3")
def test_damage_to_any_page_is_found(term: Term, damage: Damage) -> None:
    pages = {number: damage(term, number) for number in range(term.pages)}
    changed = {number: page for number, page in pages.items() if page != term.page(number)}
    assert len(changed) > term.pages // 2
    assert [n for n, page in changed.items() if not examine(term.damaged(n, page)).problems] == []


@pytest.mark.soak
@pytest.mark.timeout(1_800)
def test_the_pair_of_checks_finds_what_neither_finds_alone(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    term, dice = Term(tmp_path / "year", taps=3_200), random.Random(7)  # noqa: S311 (the same bits each time)
    rows = {kind.__name__: [(n, kind(term, n)) for n in range(term.pages)] for kind in KINDS}
    bits = [divmod(dice.randrange(len(term.whole) * 8), PAGE * 8) for _ in range(600)]
    rows["one bit flipped"] = [(n, flipped(term.page(n), bit)) for n, bit in bits]
    for name, pages in rows.items():
        found, tried = Counter[str](), 0
        for number, page in pages:
            if page != term.page(number):
                checks = detected(term.damaged(number, page))
                tried += 1
                found.update(asdict(checks))
        record_property(
            "figure", f"{name}, {tried} pages: " + ", ".join(f"{k} {n}" for k, n in found.items())
        )
        assert found["together"] == tried or name == "one bit flipped"
        assert name != "one bit flipped" or found["together"] > tried * 0.8


@pytest.mark.invariant(30)
def test_a_flipped_bit_is_found_or_changes_no_row(term: Term) -> None:
    dice = random.Random(11)  # noqa: S311 (the same bits each time)
    missed = 0
    for _ in range(120):
        number, bit = divmod(dice.randrange(len(term.whole) * 8), PAGE * 8)
        path = term.damaged(number, flipped(term.page(number), bit))
        if not examine(path).problems:
            missed += 1
            assert rows_in(path, term.epoch) == term.rows
    assert missed < 60


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a journal as the power left it, with its newest entries in the write-ahead file alone."""
    folder = tmp_path_factory.mktemp("live")
    clock = HandClock()
    journal = open_journal(folder, clock)
    fill(journal, clock, 8, random.Random(3))  # noqa: S311 (the same taps each time)
    path = copy_of(folder, tmp_path_factory.mktemp("cut") / "journal")
    journal.close()
    return path


@pytest.mark.parametrize("damage", [lambda page: bytes(len(page)), lambda page: page[:512] + bytes(512)])
@pytest.mark.invariant(30)
@pytest.mark.fault("D3")
def test_damage_to_any_frame_is_seen(cut: Path, tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    whole = wal_of(cut).read_bytes()
    starts = [at for at in range(HEAD_BYTES, len(whole), FRAME_HEAD_BYTES + PAGE) if any(whole[at : at + 24])]
    path = copy_of(cut.parent, tmp_path / "damaged")
    assert len(starts) > 8
    for at in (start + FRAME_HEAD_BYTES for start in starts):
        wal_of(path).write_bytes(whole[:at] + damage(whole[at : at + PAGE]) + whole[at + PAGE :])
        examined = examine(path)
        assert examined.problems or examined.doubts, at


@pytest.mark.parametrize("at", [0, 9, 17, 25])
@pytest.mark.invariant(30)
@pytest.mark.fault("D3")
def test_a_broken_head_of_the_write_ahead_file_is_seen(cut: Path, tmp_path: Path, at: int) -> None:
    path = copy_of(cut.parent, tmp_path / "damaged")
    whole = wal_of(path).read_bytes()
    wal_of(path).write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
    examined = examine(path)
    assert examined.problems or examined.doubts


def test_a_sound_journal_is_sound_in_use_after_a_power_cut_and_closed(tmp_path: Path, cut: Path) -> None:
    clock = HandClock()
    journal = open_journal(tmp_path, clock)
    for _ in range(3):
        journal.append_all([(Kind.ALIVE, {})] * 400, clock.reading())
        assert examine(tmp_path / FILE_NAME).problems == examine(tmp_path / FILE_NAME).doubts == ()
    journal.close()
    assert examine(tmp_path / FILE_NAME).rows == 1_201
    assert examine(cut).problems == examine(cut).doubts == ()


def test_a_transaction_cut_off_is_a_doubt_and_no_problem(cut: Path, tmp_path: Path) -> None:
    path = copy_of(cut.parent, tmp_path / "torn")
    whole = wal_of(path).read_bytes()
    last = len(whole.rstrip(b"\0"))
    wal_of(path).write_bytes(whole[: last - 100] + bytes(len(whole) - last + 100))
    examined = examine(path)
    assert examined.problems == ()
    assert "belong to no whole transaction" in examined.doubts[0]


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("DELETE FROM entry WHERE seq = 50", "entry 50 is missing"),
        (
            "UPDATE entry SET body = CAST(body || ' ' AS BLOB) WHERE seq = 60",
            "entry 60 is missing or was changed",
        ),
        ("UPDATE epoch SET genesis = x'00'", "contradict each other"),
        ("DELETE FROM epoch", "contradict each other"),
        ("SELECT 1", "guards were changed"),
    ],
)
@pytest.mark.invariant(30)
def test_what_somebody_with_a_database_tool_did_is_found(term: Term, statement: str, says: str) -> None:
    with closing(sqlite3.connect(term.damaged(0, term.page(0)))) as connection:
        guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
        if statement != "SELECT 1":
            for _, sql in guards:
                connection.execute(sql)
        connection.commit()
    assert says in " ".join(examine(term.path).problems)


def test_a_journal_that_is_not_there_is_not_sound(tmp_path: Path) -> None:
    assert "no journal" in examine(tmp_path / FILE_NAME).problems[0]
