import io
from pathlib import Path

import pytest

from station.errors import JournalBusyError
from station.salvage.command import salvage_journal
from station.sidecar.file import SidecarFile
from tests.fakes.damage import PAGE, Term
from tests.fakes.station import IDENTITY, open_journal


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Term:
    return Term(tmp_path_factory.mktemp("whole"), taps=80)


@pytest.fixture
def term(whole: Term, tmp_path: Path) -> Term:
    return whole.copied(tmp_path / "term")


def asked(term: Term) -> tuple[int, list[str]]:
    out = io.StringIO()
    sidecar = term.folder / "sidecar"
    code = salvage_journal(term.path, sidecar, IDENTITY, term.clock.reading(), "20261120T170512Z", out)
    return code, out.getvalue().splitlines()


def test_a_sound_journal_is_left_alone(term: Term) -> None:
    code, lines = asked(term)
    assert code == 0
    assert lines == [f"{term.path}: sound, 81 entries; there is nothing to salvage"]
    assert term.path.read_bytes() == term.whole


def test_what_is_missing_is_named_and_is_a_finding(term: Term) -> None:
    term.damaged(8, bytes(PAGE))
    code, lines = asked(term)
    assert code == 1
    epoch, missing, tail, total, aside = lines[-5:]
    assert epoch.startswith(f"epoch {term.epoch}: ")
    assert missing.startswith("  missing: ")
    assert missing != "  missing: none"
    assert tail == "  whether anything came after sequence 81 cannot be known"
    assert total.endswith(" known to be missing; the station begins a new epoch")
    assert aside == f"the damaged file is kept as {term.path}.damaged-20261120T170512Z"
    code, lines = asked(term)
    assert code == 0
    assert lines[0].endswith("there is nothing to salvage")


def test_a_journal_made_whole_by_the_sidecar_is_no_finding(term: Term) -> None:
    file = SidecarFile(term.folder / "sidecar", term.epoch)
    file.append(term.rows)
    file.flush()
    file.close()
    term.path.write_bytes(term.earlier[2])
    code, lines = asked(term)
    assert code == 0
    assert "the sidecar goes on to sequence 81" in lines[0]
    assert "  missing: none" in lines


def test_a_journal_nothing_is_left_of_is_said_to_be_lost(term: Term) -> None:
    term.path.write_bytes(bytes(len(term.whole)))
    code, lines = asked(term)
    assert code == 1
    assert "nothing of the journal could be proven: every entry is missing" in lines


def test_many_holes_are_counted_and_not_all_printed(term: Term) -> None:
    whole = bytearray(term.whole)
    for row in term.rows[2:-1:2]:
        whole[whole.index(row.body[:60]) + 30] ^= 1
    term.path.write_bytes(whole)
    _, lines = asked(term)
    (missing,) = (line for line in lines if line.startswith("  missing:"))
    assert missing.startswith("  missing: 3, 5, 7, ")
    assert missing.endswith("and 19 more ranges")


def test_a_station_at_work_is_not_disturbed(term: Term) -> None:
    journal = open_journal(term.folder, term.clock)
    assert asked(term)[0] == 0
    whole = term.path.read_bytes()
    term.path.write_bytes(whole[: 8 * PAGE] + bytes(PAGE) + whole[9 * PAGE :])
    with pytest.raises(JournalBusyError):
        asked(term)
    term.path.write_bytes(whole)
    journal.close()
