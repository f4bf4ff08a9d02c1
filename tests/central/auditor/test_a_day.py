"""A day is closed, signed by both sides and proven by files alone; who takes a tap away is convicted."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from central.cli import main
from central.intake.audit import audit
from central.intake.keyring import Keyring
from central.work.prove_tap import prove_tap
from station.listing import export
from station.tap import Kind, decode
from sync_agent.signed_text import SignedText
from tests.fakes.central_rules import ACK_KEY
from tests.fakes.sync_agent import STATION_KEY
from tests.fakes.witnessed_school import WitnessedSchool

pytestmark = pytest.mark.django_db


@pytest.fixture
def school(tmp_path: Path) -> Iterator[WitnessedSchool]:
    with WitnessedSchool(tmp_path) as school:
        school.a_closed_monday()
        yield school


@pytest.fixture
def kept(school: WitnessedSchool) -> Path:
    """What the station keeps of the Monday: an auditor's third place."""
    return school.state / "certificates" / "2024-09-09.json"


def verify(school: WitnessedSchool, what: str, *files: Path) -> int:
    return main(["verify", what, *map(str, files), *school.keys()])


def copy_of(path: Path, target: Path) -> Path:
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    return target


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert connection.execute(statement).rowcount > 0


@pytest.mark.invariant(31)
def test_the_day_is_closed_and_signed_by_both_sides(
    school: WitnessedSchool, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(school, "certificate", kept) == 0
    page = capsys.readouterr().out
    assert "Station st-r101 on Monday, 2024-09-09" in page
    assert "CLOSED, revision" in page
    assert f"the station, key {STATION_KEY.kid}" in page
    assert "2 recorded" in page
    assert page.endswith(
        "PROVEN: central and the stations signed these days, and nothing is missing between\n"
    )
    assert max(map(len, page.splitlines())) <= 92
    assert not (school.config.data / "certificates" / "st-r101" / "awaits.txt").exists()


@pytest.mark.invariant(30)
def test_the_station_s_export_and_central_s_evidence_both_prove_themselves(
    school: WitnessedSchool, kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exported = tmp_path / "export.sqlite"
    export(school.state, exported)
    assert verify(school, "journal", exported, kept) == 0
    assert "every entry of the day, against the journal given" in capsys.readouterr().out
    assert verify(school, "journal", school.config.evidence, kept) == 0
    assert verify(school, "journal", exported) == 0
    assert "Monday, 2024-09-09" in capsys.readouterr().out


CRIMES = [
    "DELETE FROM batch WHERE srv_seq = 2",
    "DELETE FROM batch WHERE srv_seq = 1",
    "UPDATE batch SET bytes = zeroblob(100) WHERE srv_seq = 2",
    "UPDATE batch SET bytes = (SELECT bytes FROM batch WHERE srv_seq = 1) WHERE srv_seq = 2",
    "DELETE FROM batch WHERE srv_seq > 1",
    "DELETE FROM batch",
]


@pytest.mark.invariant(30, 32)
@pytest.mark.fault("A1")
def test_what_an_administrator_takes_out_of_the_evidence_is_missed_by_the_kept_certificate(
    school: WitnessedSchool, kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, crime in enumerate(CRIMES):
        changed = copy_of(school.config.evidence, tmp_path / f"crime-{number}.sqlite")
        change(changed, crime)
        assert verify(school, "journal", changed, kept) == 1, crime
        assert "NOT PROVEN" in capsys.readouterr().out


@pytest.mark.invariant(30, 32)
@pytest.mark.fault("A1")
def test_one_tap_removed_at_central_convicts_central_even_where_it_signs_everything_anew(
    school: WitnessedSchool, kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The administrator holds central's own key, and still not the station's."""
    exported = tmp_path / "export.sqlite"
    export(school.state, exported)
    with closing(sqlite3.connect(exported)) as connection, connection:
        rows = connection.execute("SELECT sequence, body FROM entry ORDER BY sequence").fetchall()
        first = next(sequence for sequence, body in rows if decode(body).kind == Kind.TAP)
        connection.execute("DELETE FROM entry WHERE sequence = ?", (first,))
    assert verify(school, "journal", exported, kept) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert f"entries {first} to {first} are missing" in said
    assert f"entry {first} of epoch {school.bench.epoch} is certified, and is not here" in said


@pytest.mark.invariant(33)
def test_one_tap_is_proven_and_no_other_is_shown(
    school: WitnessedSchool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = school.bench.reader.rows(school.bench.epoch, 0)
    taps = [row for row in rows if decode(row.body).kind == Kind.TAP]
    out = tmp_path / "tap.json"
    out.write_text(prove_tap(school.config, "st-r101", school.bench.epoch, taps[0].seq).text())
    assert verify(school, "tap", out) == 0
    assert taps[0].body.decode() in " ".join(capsys.readouterr().out.split()).replace(" ", "")
    # All that is in the file besides are hashes and signed figures: no other entry's bytes.
    whole = out.read_text()
    for other in rows:
        if other.seq != taps[0].seq:
            assert other.body.decode() not in whole
    proof = json.loads(whole)
    assert len(proof["path"]) <= 8
    forged = tmp_path / "forged.json"
    for changed in ({"sequence": taps[1].seq}, {"path": proof["path"][1:]}):
        forged.write_text(json.dumps({**proof, **changed}, ensure_ascii=False, indent=1) + "\n")
        assert verify(school, "tap", forged) == 1


def test_a_certificate_central_alone_signed_is_not_enough(school: WitnessedSchool) -> None:
    published = school.config.data / "certificates" / "st-r101" / "2024-09-09.json"
    assert SignedText.of(published.read_bytes()).countersignature is None
    assert verify(school, "certificate", published) == 1


def test_the_audit_of_the_evidence_holds_it_against_what_the_station_signed(school: WitnessedSchool) -> None:
    def findings() -> list[str]:
        found = audit(
            school.config.evidence, Keyring(school.config.data / "keyring.json"), ACK_KEY.verify_key
        )
        return [each.what for each in found]

    assert findings() == []
    # A shorter history is a true one, but for what was certified of it.
    with closing(sqlite3.connect(school.config.evidence)) as connection:
        (seq, h) = connection.execute("SELECT last_seq, last_h FROM batch WHERE srv_seq = 1").fetchone()
    change(
        school.config.evidence,
        "DELETE FROM batch WHERE srv_seq > 1",
        f"UPDATE station_head SET seq = {seq}, h = x'{h.hex()}'",  # noqa: S608  our own figures
    )
    (what,) = findings()
    assert "was certified, and is not proven here" in what
    change(school.config.evidence, "UPDATE countersignature SET day = '2024-09-10'")
    assert any(
        "the signature under the certificate of 2024-09-10 proves nothing" in each for each in findings()
    )
