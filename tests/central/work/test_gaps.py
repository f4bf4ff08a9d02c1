"""The register of gaps: what is missing, where, and what people say of it; a dead station is no absence."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from central.errors import RefusedError
from central.store.evidence import Evidence
from central.store.models import AuditEvent, GapExplanation, StationTimeline
from central.work.doubts import clear, read_doubts
from central.work.gaps import Gap, explain, find, gaps_of, register, silent_hours
from central.work.journal_signs import Sources
from central.work.life_signs import Life, hushes, life
from central.work.project import project
from station.tap import Kind
from tests.fakes.doubtful import set_aside
from tests.fakes.evidence_file import SERVER_KEY, EvidenceFile, JournallingStation
from tests.fakes.school import LABOR_DAY, MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
EVENING = at(MONDAY, "18:00")
CLASS = at(MONDAY, "08:30"), at(MONDAY, "10:00")


@pytest.fixture
def evidence(tmp_path: Path) -> EvidenceFile:
    return EvidenceFile(tmp_path)


@pytest.fixture
def sources(evidence: EvidenceFile) -> Sources:
    return Sources(Evidence(evidence.path), lambda: SERVER_KEY.verify_key)


def live(station: JournallingStation, since: str, until: str) -> None:
    """Let a station say every quarter of an hour that it is alive."""
    now, end = at(MONDAY, since), at(MONDAY, until)
    while now <= end:
        station.write(now, Kind.ALIVE, {})
        now += timedelta(minutes=15)


def room(small: SmallSchool, evidence: EvidenceFile) -> JournallingStation:
    """Return the station of Algebra's room, known to be alive until 08:00."""
    station = JournallingStation(small.station_101.code, at(MONDAY, "06:00"))
    evidence.receive(station.exchange(at(MONDAY, "06:01")))
    live(station, "06:15", "08:00")
    evidence.receive(station.exchange(at(MONDAY, "08:01")))
    return station


def heard(station: JournallingStation, evidence: EvidenceFile, *clocks: str) -> None:
    for clock in clocks:
        evidence.receive(station.exchange(at(MONDAY, clock)))


def of_101(small: SmallSchool, sources: Sources, now: datetime = EVENING) -> list[Gap]:
    return register(small.school, MONDAY, MONDAY, sources, now, small.station_101)


def test_a_station_that_wrote_all_through_the_class_was_alive(
    small: SmallSchool, evidence: EvidenceFile, sources: Sources
) -> None:
    station = room(small, evidence)
    live(station, "08:15", "10:15")
    heard(station, evidence, "10:20", "10:21")
    assert life(sources, station.code, CLASS) is Life.ALIVE
    assert of_101(small, sources) == []


def test_an_offline_station_that_wrote_all_the_while_was_alive_once_it_is_heard_of_again(
    small: SmallSchool, evidence: EvidenceFile, sources: Sources
) -> None:
    station = room(small, evidence)
    assert life(sources, station.code, CLASS) is Life.UNHEARD
    (unheard,) = of_101(small, sources)
    assert (unheard.kind, unheard.from_at, unheard.to_at) == ("unheard", *CLASS)
    live(station, "08:15", "15:00")
    heard(station, evidence, "15:01", "15:02")
    assert life(sources, station.code, CLASS) is Life.ALIVE
    assert of_101(small, sources) == []


def test_a_station_without_power_in_class_is_told_from_students_who_did_not_come(
    small: SmallSchool, evidence: EvidenceFile, sources: Sources
) -> None:
    station = room(small, evidence)
    live(station, "08:15", "08:45")
    station.reboot(at(MONDAY, "09:30"))
    live(station, "09:45", "10:15")
    heard(station, evidence, "10:20", "10:21")
    assert life(sources, station.code, CLASS) is Life.SILENT
    (gap,) = of_101(small, sources)
    assert (gap.kind, str(gap)) == ("silent", "silent while a class was held; nothing was recorded")
    assert gap.from_at is not None
    assert gap.to_at is not None
    assert abs(gap.from_at - at(MONDAY, "08:45")) < timedelta(seconds=5)
    # When power came back is known from the exchange at 10:20 on, within the boot.
    assert abs(gap.to_at - at(MONDAY, "09:30")) < timedelta(seconds=5)
    assert gap.name.startswith(f"silent/{MONDAY}/{station.epoch}/")
    assert silent_hours(small.school, MONDAY, sources, EVENING)[station.code] == {8, 9}
    again = of_101(small, sources, EVENING + timedelta(days=30))
    assert [each.name for each in again] == [gap.name]


def test_a_station_never_heard_of_was_expected_and_one_of_a_day_without_class_was_not(
    small: SmallSchool, sources: Sources
) -> None:
    found = register(small.school, LABOR_DAY, LABOR_DAY + timedelta(1), sources, EVENING)
    assert [(gap.station, gap.kind, gap.name) for gap in found] == [
        (small.station_101, "unheard", "unheard/2024-09-03/0/0"),
        (small.station_102, "unheard", "unheard/2024-09-03/0/0"),
    ]


def test_a_class_still_to_come_is_no_gap(small: SmallSchool, sources: Sources) -> None:
    assert of_101(small, sources, at(MONDAY, "08:29")) == []
    assert of_101(small, sources, at(MONDAY, "08:40")) == []
    assert len(of_101(small, sources, at(MONDAY, "09:00"))) == 1


def test_entries_nobody_can_date_leave_open_whether_the_station_lived(
    small: SmallSchool, evidence: EvidenceFile, sources: Sources
) -> None:
    station = room(small, evidence)
    station.reboot(at(MONDAY, "08:20"))
    live(station, "08:45", "09:45")
    station.reboot(at(MONDAY, "10:30"))
    heard(station, evidence, "12:00", "12:01")
    assert life(sources, station.code, CLASS) is Life.UNCLEAR
    assert hushes(sources, station.code, CLASS) == []


def test_what_another_journal_carries_may_have_been_written_in_class(
    small: SmallSchool, evidence: EvidenceFile, sources: Sources
) -> None:
    before = room(small, evidence)
    anew = JournallingStation(small.station_101.code, at(MONDAY, "11:30"), epoch=4242)
    heard(anew, evidence, "11:40", "11:41")
    assert life(sources, anew.code, CLASS) is Life.SILENT
    StationTimeline.objects.create(station=small.station_101, epoch=before.epoch, carried_in=anew.epoch)
    assert life(sources, anew.code, CLASS) is Life.UNCLEAR
    assert of_101(small, sources) == []


def test_what_a_station_reports_missing_and_a_doubt_stand_in_the_register_of_their_day(
    small: SmallSchool, evidence: EvidenceFile, sources: Sources
) -> None:
    station = room(small, evidence)
    lost = station.write(at(MONDAY, "09:00"), Kind.GAP, {"lost": 3, "reason": "SQLITE_FULL"})
    station.write(at(MONDAY, "09:05"), Kind.SALVAGE, {"missing": [[813, 814]], "tail": "known"})
    station.write(at(MONDAY, "09:06"), Kind.STAFF, {"did": "outage"})
    heard(station, evidence, "09:10", "09:11")
    set_aside(evidence.path, station.code, "clone", at(MONDAY, "09:12"))
    project(sources.evidence, SERVER_KEY.verify_key)
    read_doubts(sources.evidence)
    found = gaps_of(small.station_101, MONDAY)
    assert [(gap.kind, gap.missing) for gap in found] == [("gap", 3), ("salvage", 2), ("doubt", None)]
    assert found[0].name == f"gap/{station.epoch}/{lost}"
    assert "in doubt (clone)" in str(found[2])
    assert gaps_of(small.station_101, MONDAY - timedelta(1)) == []
    assert gaps_of(small.station_102, MONDAY) == []
    clear(small.station_101, small.clerk, "no copy", EVENING)
    assert gaps_of(small.station_101, MONDAY)[2].to_at == EVENING
    assert "doubt" not in {gap.kind for gap in gaps_of(small.station_101, MONDAY + timedelta(1))}


@pytest.mark.invariant(34)
def test_an_explanation_stands_beside_the_gap_with_its_author_and_the_gap_stays(
    small: SmallSchool, sources: Sources
) -> None:
    (gap,) = of_101(small, sources)
    named = f"{gap.station.pk}/{gap.name}"
    explain(
        find(small.school, named, sources, EVENING), small.staff["it"], "the breaker had tripped", EVENING
    )
    explain(find(small.school, named, sources, EVENING), small.clerk, "the whole wing was dark", EVENING)
    (still,) = of_101(small, sources)
    assert still.explanation is not None
    assert (still.explanation.reason, still.explanation.by) == ("the whole wing was dark", small.clerk)
    assert GapExplanation.objects.count() == 2
    events = AuditEvent.objects.filter(verb="explain-gap").order_by("pk")
    assert [event.subject for event in events] == [f"{gap.station.pk} {gap.name}"] * 2


def test_only_a_gap_that_is_there_is_explained_and_only_by_those_who_may(
    small: SmallSchool, sources: Sources
) -> None:
    (gap,) = of_101(small, sources)
    for wrong in ("st-r101/silent/2024-09-09/0/7", "st-r999/" + gap.name, "nonsense", "st-r101/silent/never"):
        with pytest.raises(RefusedError, match="there is no gap"):
            find(small.school, wrong, sources, EVENING)
    with pytest.raises(RefusedError, match="may not change gaps; ask"):
        explain(gap, small.auditor, "because", EVENING)
    with pytest.raises(RefusedError, match="needs a reason"):
        explain(gap, small.clerk, "", EVENING)
    assert not GapExplanation.objects.exists()


def test_a_station_is_expected_from_its_commissioning_to_its_retirement(
    small: SmallSchool, sources: Sources
) -> None:
    small.station_101.commissioned_at = at(MONDAY, "09:30")
    small.station_101.save()
    (gap,) = of_101(small, sources)
    assert gap.from_at == at(MONDAY, "09:30")
    small.station_101.retired_at = at(MONDAY, "09:20")
    assert register(small.school, MONDAY, MONDAY, sources, EVENING, small.station_101) == []
