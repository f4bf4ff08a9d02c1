"""An audit packet says what the reports say, says it the same way twice, and is made by who may."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection

from central.auditor.packet.container import Container
from central.domain.period import PERIODS, PeriodKind
from central.errors import RefusedError
from central.reports import monthly_report
from central.reports.packet.packet import MADE, Wish, write
from central.reports.periods import period_report
from central.store.models import AttendanceRecord, AuditEvent, Decision, PaperScan
from tests.fakes import forged_packet
from tests.fakes.packet_school import AS_OF, NOW, PICTURE, YEAR_WISH, PacketSchool
from tests.fakes.school import MONDAY, SmallSchool, at, taught
from tests.fakes.witnessed_school import WitnessedSchool

pytestmark = pytest.mark.django_db


def test_a_packet_says_what_the_reports_say_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    with WitnessedSchool(tmp_path) as witnessed:
        school = PacketSchool(witnessed)
        made = school.packet(tmp_path / "one.packet")
        again = school.packet(tmp_path / "two.packet")
        assert made.path.read_bytes() == again.path.read_bytes()
        assert made.path.stat().st_mode & 0o077 == 0, "it names students"
        assert made.about.population == AttendanceRecord.objects.exclude(stage="provisional").count() == 19
        event = AuditEvent.objects.filter(verb=MADE).order_by("pk").first()
        assert event is not None
        assert (event.by, event.detail["sha256"], event.detail["file"]) == (
            school.small.auditor.number,
            made.sha256,
            "one.packet",
        )
        members, _ = forged_packet.members_of(made.path)
        _hold_against_reports(school.small, members)
        _hold_private(school.small, members)
        _hold_as_of(school, tmp_path)
        _hold_refusals(school, tmp_path)
        _hold_contradictions(school, tmp_path)


def _hold_against_reports(small: SmallSchool, members: forged_packet.Members) -> None:
    monthly = monthly_report.report(small.year, AS_OF, NOW)
    told = [
        (row["track"], int(row["month"]), int(row["student_days"]), int(row["days_taught"]), row["ada"])
        for row in forged_packet.rows(members["months.csv"])
    ]
    cells = [(line.cell, str(line.ada)) for line in monthly.lines]
    assert told == [
        (cell.key.track, cell.key.month, cell.earned, cell.days_taught, ada) for cell, ada in cells
    ]
    assert sum(row[2] for row in told) == 10
    periods = forged_packet.rows(members["periods.csv"])
    for word, kind in PERIODS.items():
        report = period_report(small.year, kind, AS_OF, NOW)
        assert [
            (row["track"], row["grade_span"], int(row["student_days"]), int(row["days_taught"]), row["ada"])
            for row in periods
            if row["period"] == word
        ] == [(row.track, row.span, row.numerator, row.divisor, str(row.ada)) for row in report.rows]
    behind = {
        (row["student"], row["date"], int(row["record"]), row["certified_by"])
        for name in members
        if name.startswith("records/")
        for row in forged_packet.rows(members[name])
        if row["track"]
    }
    annual = period_report(small.year, PeriodKind.ANNUAL, AS_OF, NOW)
    assert behind == {(one.student, str(one.on), one.record, one.certified_by) for one in annual.proof}


def _hold_private(small: SmallSchool, members: forged_packet.Members) -> None:
    """Names stand in the ways of sampled records alone, and nothing in a table runs as a formula."""
    named = {name for name, data in members.items() if b"Soto" in data}
    assert {name.partition("/")[0] for name in named} == {"walks"}
    assert not any(b"birth" in data for name, data in members.items() if not name.startswith("law/"))
    cells = [
        cell
        for name, data in members.items()
        if name.endswith(".csv")
        for row in forged_packet.rows(data)
        for cell in row.values()
    ]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert members[f"scans/{PaperScan.objects.get().sha256}.png"] == PICTURE
    assert b"=HYPERLINK came without a card" in b"".join(members[name] for name in named)
    assert small.ana.number.encode() in members["sample.csv"]


def _hold_as_of(school: PacketSchool, folder: Path) -> None:
    """As of an earlier day, what was decided later is not there; a month holds its own days alone."""
    early = school.packet(folder / "early.packet", replace(YEAR_WISH, as_of=taught("B")[2]))
    members, about = forged_packet.members_of(early.path)
    assert about.population == 6
    assert forged_packet.rows(members["changes.csv"]) == []
    assert forged_packet.rows(members["editions.csv"]) == []
    month = school.packet(folder / "month.packet", Wish(AS_OF, size=1, seed=1, month=2))
    members, about = forged_packet.members_of(month.path)
    assert [name for name in members if name.startswith("records/")] == [f"records/{MONDAY}.csv"]
    assert {row["month"] for row in forged_packet.rows(members["months.csv"])} == {"2"}
    assert len(forged_packet.rows(members["changes.csv"])) == 1
    assert (about.month, about.population) == (2, 3)
    with Container(month.path) as container:
        assert sum(name.startswith("walks/") for name in container.members) == 1


def _hold_refusals(school: PacketSchool, folder: Path) -> None:
    small, out = school.small, folder / "none.packet"
    for wish, why in (
        (replace(YEAR_WISH, as_of=at(NOW.date(), "12:00").date().replace(year=2026)), "as of a day from"),
        (replace(YEAR_WISH, size=0), "a sample has 1 to"),
        (replace(YEAR_WISH, month=9), "no record of 2024-25 is certified"),
    ):
        with pytest.raises(RefusedError, match=why):
            school.packet(out, wish)
    for role in ("teacher", "clerk", "it", "paraeducator"):
        with pytest.raises(RefusedError, match="may not read audit"):
            write(school.config, small.year, YEAR_WISH, small.staff[role], NOW, out)
    with pytest.raises(RefusedError, match="is there already"):
        school.packet(folder / "one.packet")
    assert not out.exists()


def _hold_contradictions(school: PacketSchool, folder: Path) -> None:
    """What an auditor would find wrong is found before a packet leaves the school."""
    out = folder / "wrong.packet"
    picture = school.config.data / "paper" / PaperScan.objects.get().sha256
    picture.write_bytes(b"exchanged on the disk")
    with pytest.raises(RefusedError, match=r"do not go together.*is another picture than the one of sheet"):
        school.packet(out)
    picture.write_bytes(PICTURE)
    record = AttendanceRecord.objects.get(student=school.small.ana)
    Decision.objects.create(
        record=record,
        stage_from="submitted",
        stage_to="confirmed",
        mark="present",
        by_process="nobody",
        at=at(AS_OF, "09:00"),
        is_same_day=False,
    )
    with pytest.raises(RefusedError, match="is from 'submitted', not from 'certified'"):
        school.packet(out)
    with connection.cursor() as cursor:
        kind = {"sqlite": "text", "postgresql": "json"}[connection.vendor]
        changed = f"CAST(replace(CAST(body AS text), '0.10', '0.11') AS {kind})"
        cursor.execute(f"UPDATE store_reportsnapshot SET body = {changed}")  # noqa: S608  our own words
    with pytest.raises(RefusedError, match="P-1 revision 1 is not what was closed"):
        school.packet(out)
    assert not [each for each in folder.iterdir() if "wrong" in each.name]
