"""One student from absence through signed sessions to services the ledger writes, and back again."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from central.domain.finding import Severity
from central.domain.period import PeriodKind
from central.domain.recovery import ServiceKind
from central.errors import RefusedError
from central.reports.periods import period_report
from central.reports.recovery_report import recovered, report
from central.store.models import (
    AttendanceRecord,
    AuditEvent,
    RecoveryService,
    RecoveryServiceFigure,
    RecoverySession,
    StudentFact,
)
from central.work import recovery_services
from central.work.recovery_faults import Dates
from central.work.recovery_figures import Updated, update_services
from tests.fakes import recovery_school
from tests.fakes.recovery_school import (
    CODE,
    FIRST_DAY,
    JUNE_30,
    OTHER_CODE,
    P1_ENDS,
    P2_ENDS,
    RecoverySchool,
    at,
    taught,
)

pytestmark = pytest.mark.django_db

EARNED, USED = ServiceKind.EARNED, ServiceKind.USED
NOVEMBER, JANUARY, MAY = date(2025, 11, 4), date(2026, 1, 13), date(2026, 5, 5)
SATURDAYS = [date(2025, 10, 4) + timedelta(days=7 * n) for n in range(4)]
FOUR_HOURS = ("09:00", "13:00")


@pytest.fixture
def school() -> RecoverySchool:
    return recovery_school.build(has_begun=True)


def updated(school: RecoverySchool, as_of: date, on: date | None = None) -> Updated:
    return update_services(school.year, as_of, school.act(on=on or as_of, clock="22:00"))


def figures(service: RecoveryService) -> dict[date, int | None]:
    """Return the last figure of each date."""
    rows = RecoveryServiceFigure.objects.filter(service=service).order_by("pk")
    return {row.as_of: row.days_used if service.kind == USED else row.minutes_earned for row in rows}


def a_year(school: RecoverySchool) -> Mapping[ServiceKind, RecoveryService]:
    """Let Ana earn four days in October, miss a day before each reporting date, and have both services."""
    record = school.record()
    services = {kind: school.service(record, kind) for kind in ServiceKind}
    for saturday in SATURDAYS:
        school.signed(saturday, {"ana": 240}, hours=FOUR_HOURS)
    for absence in (NOVEMBER, JANUARY, MAY):
        school.certify(absence, ["ana"])
    return services


def ada(school: RecoverySchool, kind: PeriodKind, as_of: date = JUNE_30) -> dict[str, tuple[int, int]]:
    """Return recovered days and days taught by school, as the period's report asks for them."""
    return {
        line.school: (line.days, line.divisor)
        for line in recovered(school.year, kind, as_of, at(as_of, "23:59"))
    }


def test_from_absence_through_signed_sessions_to_services_at_each_reporting_date(
    school: RecoverySchool,
) -> None:
    services = a_year(school)
    wrote = updated(school, JUNE_30)

    assert (wrote.services, wrote.figures, wrote.changed) == (2, 6, 2)
    assert figures(services[EARNED]) == dict.fromkeys([P1_ENDS, P2_ENDS, JUNE_30], 4 * 240)
    assert figures(services[USED]) == {P1_ENDS: 1, P2_ENDS: 2, JUNE_30: 3}
    shown = {row.kind: (row.days_used, row.minutes_earned) for row in RecoveryService.objects.all()}
    assert shown == {"Earned": (None, 960), "Used": (3, None)}
    assert [ada(school, kind)[CODE] for kind in PeriodKind] == [(1, 95), (2, 150), (3, 200)]
    line = AuditEvent.objects.filter(verb="update-recovery-service").latest("pk")
    assert (line.detail["before"]["days_used"], line.detail["after"]["days_used"]) == (None, 3)
    basis = RecoveryServiceFigure.objects.filter(service=services[USED]).latest("pk").basis
    assert basis["absences"] == [str(NOVEMBER), str(JANUARY), str(MAY)]
    assert basis["days_earned"] == [str(on) for on in SATURDAYS]


def test_the_absences_stay_absences(school: RecoverySchool) -> None:
    a_year(school)
    updated(school, JUNE_30)
    marks = AttendanceRecord.objects.filter(student=school.students["ana"], on=NOVEMBER)
    assert set(marks.values_list("mark", flat=True)) == {"absent"}
    summary = report(school.year, JUNE_30, at(JUNE_30, "23:00")).summaries[0]
    assert (summary.days_absent, summary.days_recovered) == (3, 3)


def test_each_reporting_date_is_written_as_it_is_reached(school: RecoverySchool) -> None:
    services = a_year(school)
    updated(school, date(2025, 12, 1))
    assert figures(services[USED]) == {date(2025, 12, 1): 1}
    updated(school, date(2026, 1, 31))
    assert figures(services[USED]) == {date(2025, 12, 1): 1, P1_ENDS: 1, date(2026, 1, 31): 2}


def test_the_same_facts_are_not_written_twice(school: RecoverySchool) -> None:
    a_year(school)
    updated(school, JUNE_30)
    rows = list(RecoveryServiceFigure.objects.values())
    again = updated(school, JUNE_30, date(2026, 7, 3))
    assert (again.figures, again.changed) == (0, 0)
    assert list(RecoveryServiceFigure.objects.values()) == rows


def test_a_corrected_absence_takes_its_day_back_from_every_date(school: RecoverySchool) -> None:
    services = a_year(school)
    updated(school, JUNE_30)
    school.certify(NOVEMBER, [], at(JUNE_30, "22:30"), "she was in the nurse's office")
    updated(school, JUNE_30, date(2026, 7, 3))

    assert figures(services[USED]) == {P1_ENDS: 0, P2_ENDS: 1, JUNE_30: 2}
    versions = RecoveryServiceFigure.objects.filter(service=services[USED], as_of=P1_ENDS).order_by("pk")
    assert [row.days_used for row in versions] == [1, 0]
    assert RecoveryService.objects.get(kind=USED).days_used == 2
    assert ada(school, PeriodKind.P1) == {}
    assert [ada(school, kind)[CODE][0] for kind in (PeriodKind.P2, PeriodKind.ANNUAL)] == [1, 2]
    for as_of, is_known in ((JUNE_30, False), (date(2026, 7, 4), True)):
        said = [found.says for found in report(school.year, as_of, at(date(2026, 7, 5))).findings]
        assert any("went from 1 to 0 days used as of 2025-12-26" in one for one in said) is is_known


def test_until_the_ledger_writes_anew_the_report_says_that_it_should(school: RecoverySchool) -> None:
    a_year(school)
    updated(school, JUNE_30)
    school.certify(NOVEMBER, [], at(JUNE_30, "22:30"), "she was in the nurse's office")
    said = [found.says for found in report(school.year, JUNE_30, at(date(2026, 7, 1))).findings]
    assert "the Used service from 2025-08-11 does not show what the ledger has as of P-1, 2025-12-26" in said
    assert any("shows 3 days used; as of 2026-06-30 the ledger has 2" in one for one in said)


def test_minutes_changed_after_the_signature_earn_nothing_until_signed_again(school: RecoverySchool) -> None:
    services = a_year(school)
    session = RecoverySession.objects.earliest("on")
    school.document(session, {"ana": 60}, reason="she came for one hour")
    updated(school, JUNE_30)
    assert figures(services[EARNED])[JUNE_30] == 3 * 240
    school.sign(session, at(JUNE_30, "22:30"))
    updated(school, JUNE_30, date(2026, 7, 3))
    assert figures(services[EARNED])[JUNE_30] == 3 * 240 + 60


def test_the_day_goes_to_the_school_of_the_service_that_holds_the_absence(school: RecoverySchool) -> None:
    record = school.record()
    first = school.service(record, USED, OTHER_CODE, Dates(FIRST_DAY, date(2025, 12, 31)))
    second = school.service(record, USED, CODE, Dates(date(2026, 1, 1)))
    for saturday in SATURDAYS:
        school.signed(saturday, {"ana": 240}, hours=FOUR_HOURS)
    for absence in (NOVEMBER, JANUARY):
        school.certify(absence, ["ana"])
    updated(school, JUNE_30)

    assert (figures(first)[JUNE_30], figures(second)[JUNE_30]) == (1, 1)
    assert ada(school, PeriodKind.P1) == {OTHER_CODE: (1, 95)}
    assert ada(school, PeriodKind.ANNUAL) == {OTHER_CODE: (1, 200), CODE: (1, 200)}


def test_the_periods_report_shows_recovery_on_a_line_of_its_own(school: RecoverySchool) -> None:
    a_year(school)
    made = period_report(school.year, PeriodKind.P2, JUNE_30, at(JUNE_30, "23:30"))
    assert [(row.school, row.ada) for row in made.recovered] == [(CODE, Decimal("0.01"))]
    told = [found.says for found in made.findings if "no figure of the ledger" in found.says]
    assert len(told) == 1
    assert told[0].endswith("(3 like it; report recovery names each)")


def test_a_figure_by_hand_that_differs_from_the_ledger_is_a_finding(school: RecoverySchool) -> None:
    a_year(school)
    service = RecoveryService.objects.get(kind=USED)
    off = recovery_services.Edit(is_calendar=False, days_used=5)
    recovery_services.edit(service, off, school.act(reason="as the other system says"))
    updated(school, JUNE_30)
    service.refresh_from_db()
    assert service.days_used == 5
    said = [found.says for found in report(school.year, JUNE_30, at(JUNE_30, "23:30")).findings]
    assert any("shows 5 days used; as of 2026-06-30 the ledger has 3" in one for one in said)


def test_an_adult_programme_recovers_nothing_until_it_is_settled_that_it_may() -> None:
    school = recovery_school.build(programme="47612.1", has_begun=True)
    services = a_year(school)
    updated(school, JUNE_30)
    assert (figures(services[USED])[JUNE_30], figures(services[EARNED])[JUNE_30]) == (0, 0)
    assert ada(school, PeriodKind.ANNUAL) == {}
    found = [one for one in report(school.year, JUNE_30, at(JUNE_30, "23:30")).findings if one.blocks]
    assert [one.rule for one in found if "47612.1" in one.says] == ["R-AR-01"]


def test_days_another_school_used_come_off_the_ten(school: RecoverySchool) -> None:
    services = a_year(school)
    StudentFact.objects.create(
        student=school.students["ana"],
        kind="prior recovery days",
        since=FIRST_DAY,
        value="9",
        evidence="letter",
        by="E005",
        at=at(FIRST_DAY),
    )
    updated(school, JUNE_30)
    assert figures(services[USED])[JUNE_30] == 1


def test_the_ledger_writes_for_no_day_that_has_not_come_and_no_other_year(school: RecoverySchool) -> None:
    for as_of in (date(2026, 1, 1), date(2025, 6, 30)):
        with pytest.raises(RefusedError, match="has not come yet"):
            updated(school, as_of, date(2025, 12, 31))


def test_taps_and_minutes_that_differ_are_findings_and_take_nothing_away(school: RecoverySchool) -> None:
    services = a_year(school)
    first, second, third, _ = SATURDAYS
    for on, clocks in ((first, ("08:58", "13:01")), (second, ("09:00", "11:00")), (third, ("09:05",))):
        for clock in clocks:
            school.tap("ana", on, clock)
    updated(school, JUNE_30)
    assert figures(services[USED])[JUNE_30] == 3
    found = [
        one for one in report(school.year, JUNE_30, at(JUNE_30, "23:30")).findings if one.rule == "R-AR-11"
    ]
    assert not any(one.blocks for one in found)
    assert {(one.on, one.severity): one.says for one in found} == {
        (second, Severity.WARNING): "240 minutes are documented for a student whose taps tell 120",
        (third, Severity.NOTICE): "1 student has a single tap, which does not say how long they stayed",
        (SATURDAYS[3], Severity.WARNING): "1 of 1 students with minutes have no tap in the room",
    }


SCHOOLDAYS = [on for on in taught() if on > FIRST_DAY][::13]
SESSIONS = [*SATURDAYS, *(on for on in taught() if on.weekday() == 2 and on.month in {9, 2, 4})]


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    minutes=st.lists(
        st.tuples(st.sampled_from(SESSIONS), st.sampled_from([35, 60, 119, 239, 240])), max_size=9
    ),
    absences=st.sets(st.sampled_from(SCHOOLDAYS), max_size=6),
    corrected=st.sampled_from([*SCHOOLDAYS, None]),
    parted_on=st.sampled_from(SCHOOLDAYS),
)
def test_services_and_ledger_agree_whatever_happened(
    school: RecoverySchool,
    minutes: list[tuple[date, int]],
    absences: set[date],
    corrected: date | None,
    parted_on: date,
) -> None:
    with transaction.atomic():
        record = school.record()
        services = [school.service(record, EARNED)]
        services.append(school.service(record, USED, OTHER_CODE, Dates(FIRST_DAY, parted_on)))
        services.append(school.service(record, USED, CODE, Dates(parted_on + timedelta(days=1))))
        for place, (on, spent) in enumerate(minutes):
            school.signed(on, {"ana": spent}, f"AR-{place}", ("15:00", "19:00"))
        for on in absences:
            school.certify(on, ["ana"])
        updated(school, JUNE_30)
        if corrected in absences:
            school.certify(corrected, [], at(JUNE_30, "22:30"), "seen in class")
            updated(school, JUNE_30, date(2026, 7, 1))
        made = report(school.year, date(2026, 7, 1), at(date(2026, 7, 1), "23:30"))
        accounts = dict(made.students[0].periods)
        for kind, on in ((PeriodKind.P1, P1_ENDS), (PeriodKind.P2, P2_ENDS), (PeriodKind.ANNUAL, JUNE_30)):
            account = accounts[kind.value]
            assert figures(services[0])[on] == account.credited_minutes
            assert sum(figures(one)[on] or 0 for one in services[1:]) == account.days_used
            lines = recovered(school.year, kind, date(2026, 7, 1), at(date(2026, 7, 1), "23:59"))
            assert sum(line.days for line in lines) == account.days_used
        assert not [found for found in made.findings if "the ledger has" in found.says]
        transaction.set_rollback(True)
