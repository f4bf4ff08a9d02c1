"""What must hold of every recovery account, whatever the sessions and absences."""

from collections import Counter
from dataclasses import replace
from datetime import date, time, timedelta
from random import Random

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from central.domain.absence import AbsenceReason, FullDayAbsence
from central.domain.calendar import monday_of
from central.domain.enrolment import Grade
from central.domain.period import PeriodKind
from central.domain.recovery import MinutesPolicy, RecoveryService, RecoverySession, ServiceKind
from central.law.minutes import minimum_day
from central.law.recovery_account import RecoveryAccount, RecoveryGround, account
from central.law.recovery_ada import recovered_ada, recovered_days
from central.law.recovery_claw_back import claw_back
from central.law.recovery_ledger import SessionMinutes, recovery_earned, session_minutes
from central.law.recovery_periods import period_accounts
from central.law.recovery_services import findings_on_services, service_figures
from tests.fakes.recovery_law import STUDENT, YEAR, enrolled, school_calendar, service, session_on
from tests.fakes.slow_recovery import days_earned, made_up

HOURS = (time(8), time(13), time(18))
MINUTES = st.one_of(
    st.sampled_from([30, 59, 60, 61, 115, 120, 179, 180, 229, 230, 239, 240]), st.integers(1, 299)
)
GRADES = st.sampled_from([Grade.TK, Grade.G2, Grade.G9])
POLICIES = st.sampled_from(MinutesPolicy)
SUMMER = date(2025, 7, 1)


def dates(days: int, first: date = SUMMER) -> st.SearchStrategy[date]:
    return st.integers(0, days - 1).map(lambda index: first + timedelta(days=index))


@st.composite
def sessions(draw: st.DrawFn, on: st.SearchStrategy[date], most: int = 30) -> list[RecoverySession]:
    """Draw sessions of one grade, at most three a date and never two at once."""
    grade = draw(GRADES)
    places = draw(st.lists(st.tuples(on, st.sampled_from(HOURS)), max_size=most, unique=True))
    return [session_on(day, draw(MINUTES), grade, begins) for day, begins in places]


def absences(on: st.SearchStrategy[date], most: int = 16) -> st.SearchStrategy[list[FullDayAbsence]]:
    reasons = st.sampled_from([AbsenceReason.UNEXCUSED, AbsenceReason.EXCUSED, *AbsenceReason])
    return st.lists(st.builds(FullDayAbsence, st.just(STUDENT), on, reasons), max_size=most)


CROWDED = sessions(dates(21, date(2025, 9, 1)))
"""Three weeks with up to ninety sessions: the caps of the week bite."""
WHOLE_YEAR = sessions(dates(365))
ABSENCES = absences(dates(365))
GROUNDS = st.builds(
    lambda policy, elsewhere: RecoveryGround(policy_on=lambda _on: policy, days_used_elsewhere=elsewhere),
    POLICIES,
    st.integers(0, 11),
)


def at_the_end(
    held: list[RecoverySession], missed: list[FullDayAbsence], ground: RecoveryGround
) -> RecoveryAccount:
    return account(STUDENT, held, missed, YEAR, YEAR.ends_on, ground)


def earned(held: list[RecoverySession], policy: MinutesPolicy) -> int:
    return recovery_earned(session_minutes(STUDENT, held), lambda _on: policy).days


@given(st.one_of(CROWDED, WHOLE_YEAR), ABSENCES, GROUNDS, st.randoms(use_true_random=False))
def test_the_order_of_sessions_and_absences_changes_nothing(
    held: list[RecoverySession], missed: list[FullDayAbsence], ground: RecoveryGround, random: Random
) -> None:
    before = at_the_end(held, missed, ground)
    random.shuffle(held)
    random.shuffle(missed)
    assert at_the_end(held, missed, ground) == before


@given(st.one_of(CROWDED, WHOLE_YEAR), ABSENCES, GROUNDS)
def test_no_more_is_used_than_was_earned_was_missed_and_is_allowed(
    held: list[RecoverySession], missed: list[FullDayAbsence], ground: RecoveryGround
) -> None:
    found = at_the_end(held, missed, ground)
    assert found.days_used <= min(found.days_earned, 10 - min(ground.days_used_elsewhere or 0, 10))
    assert found.days_used <= len({absence.on for absence in missed})
    assert len(found.offset) == found.days_used
    assert found.days_used_beside_attendance <= found.days_used


@given(st.one_of(CROWDED, WHOLE_YEAR), GROUNDS)
def test_a_date_earns_once_a_week_five_times_and_no_minute_is_made_up(
    held: list[RecoverySession], ground: RecoveryGround
) -> None:
    found = at_the_end(held, [], ground)
    assert len(set(found.earned_on)) == found.days_earned
    assert set(found.earned_on) <= {session.on for session in held}
    assert max(Counter(map(monday_of, found.earned_on)).values(), default=0) <= 5
    assert all(credit.credited_minutes <= credit.raw_minutes for credit in found.earned.dates)
    assert found.raw_minutes == sum(session.minutes for session in held)
    least = min((minimum_day(session.present[0].grade, session.on) for session in held), default=0)
    assert found.days_earned * least + found.minutes_expired <= found.credited_minutes


@given(sessions(dates(12, date(2025, 9, 1)), most=14), POLICIES)
def test_the_ledger_earns_what_trying_every_possibility_finds(
    held: list[RecoverySession], policy: MinutesPolicy
) -> None:
    minimum = minimum_day(held[0].present[0].grade, SUMMER) if held else 0
    assert earned(held, policy) == days_earned(held, minimum, policy)


@given(WHOLE_YEAR, ABSENCES, GROUNDS, dates(380))
def test_what_is_made_up_is_what_a_walk_through_the_year_finds(
    held: list[RecoverySession], missed: list[FullDayAbsence], ground: RecoveryGround, as_of: date
) -> None:
    found = account(STUDENT, held, missed, YEAR, as_of, ground)
    walked = made_up(found.days_earned, missed, ground.days_used_elsewhere or 0, as_of)
    assert [absence.on for absence in found.offset] == walked


@given(st.one_of(CROWDED, WHOLE_YEAR), ABSENCES, GROUNDS)
def test_what_is_used_never_falls_from_p1_to_p2_to_annual_when_only_time_passes(
    held: list[RecoverySession], missed: list[FullDayAbsence], ground: RecoveryGround
) -> None:
    found = period_accounts(STUDENT, held, missed, school_calendar(), ground)
    p1, p2, annual = (found[kind] for kind in (PeriodKind.P1, PeriodKind.P2, PeriodKind.ANNUAL))
    assert p1.days_earned <= p2.days_earned <= annual.days_earned
    assert p1.days_used <= p2.days_used <= annual.days_used
    assert p1.offset == p2.offset[: p1.days_used]
    assert p2.offset == annual.offset[: p2.days_used]
    assert not claw_back(p1, p2).days
    assert not claw_back(p2, annual).days


@given(st.one_of(CROWDED, WHOLE_YEAR), ABSENCES, dates(365), GROUNDS)
def test_one_more_absence_never_lowers_what_is_used(
    held: list[RecoverySession], missed: list[FullDayAbsence], on: date, ground: RecoveryGround
) -> None:
    # A second reason of a date may rule it out; that is a correction and no further absence.
    assume(on not in {absence.on for absence in missed})
    more = [*missed, FullDayAbsence(STUDENT, on, AbsenceReason.UNEXCUSED)]
    before, after = at_the_end(held, missed, ground).days_used, at_the_end(held, more, ground).days_used
    assert before <= after <= before + 1


@given(st.one_of(CROWDED, WHOLE_YEAR), ABSENCES, GROUNDS, st.data())
def test_an_absence_corrected_to_present_claws_back_at_most_one_day(
    held: list[RecoverySession], missed: list[FullDayAbsence], ground: RecoveryGround, data: st.DataObject
) -> None:
    assume(missed)
    corrected = data.draw(st.sampled_from(missed)).on
    before = at_the_end(held, missed, ground)
    after = at_the_end(held, [absence for absence in missed if absence.on != corrected], ground)
    change = claw_back(before, after)
    assert change.days == before.days_used - after.days_used
    assert change.days <= 1
    assert set(change.no_longer_offset) <= {corrected}
    assert bool(change.reasons) == (corrected in {absence.on for absence in before.recoverable})


@given(CROWDED, MINUTES, dates(28, date(2025, 9, 1)), POLICIES)
def test_time_on_a_date_of_its_own_never_costs_a_day(
    held: list[RecoverySession], minutes: int, on: date, policy: MinutesPolicy
) -> None:
    assume(on not in {session.on for session in held})
    grade = held[0].present[0].grade if held else Grade.G9
    assert earned([*held, session_on(on, minutes, grade)], policy) >= earned(held, policy)


@given(CROWDED, MINUTES, st.integers(0, 30), POLICIES)
def test_more_time_on_a_date_costs_a_day_only_as_a_sixth_whole_day_of_a_week(
    held: list[RecoverySession], minutes: int, index: int, policy: MinutesPolicy
) -> None:
    assume(held)
    old = held[index % len(held)]
    longer = SessionMinutes(old.on, old.present[0].grade, minutes)
    after = recovery_earned([*session_minutes(STUDENT, held), longer], lambda _on: policy)
    if after.days < earned(held, policy):
        assert policy is MinutesPolicy.DAILY_OR_HOURLY
        here = [credit for credit in after.dates if monday_of(credit.on) == monday_of(old.on)]
        assert sum(credit.is_whole_day for credit in here) > 5


def test_a_sixth_whole_day_of_a_week_loses_the_hours_it_would_have_banked() -> None:
    week = [session_on(date(2025, 12, 22) + timedelta(days=index), 240) for index in range(5)]
    later = session_on(date(2026, 1, 3), 60)
    six = date(2025, 12, 27)
    hourly = MinutesPolicy.DAILY_OR_HOURLY
    assert earned([*week, session_on(six, 180), later], hourly) == 6
    assert earned([*week, session_on(six, 240), later], hourly) == 5


@given(CROWDED)
def test_to_the_minute_never_earns_less_than_by_the_hour(held: list[RecoverySession]) -> None:
    assert earned(held, MinutesPolicy.EXACT_MINUTES) >= earned(held, MinutesPolicy.DAILY_OR_HOURLY)


@st.composite
def services(draw: st.DrawFn) -> list[RecoveryService]:
    """Cover the year by calendar services of both kinds, parted anywhere, some overlapping, in any order."""
    found = []
    for kind in ServiceKind:
        cuts = sorted(draw(st.sets(dates(364, date(2025, 7, 2)), max_size=4)))
        starts = [YEAR.starts_on, *cuts]
        for since, following in zip(starts, [*cuts, None], strict=True):
            until = following - timedelta(days=1) if following and draw(st.booleans()) else None
            found.append(service(kind, since, until, school=draw(st.sampled_from(["0101234", "0105678"]))))
    return draw(st.permutations(found))


@settings(max_examples=50)
@given(st.one_of(CROWDED, WHOLE_YEAR), ABSENCES, GROUNDS, services())
def test_services_written_from_the_account_always_agree_with_it(
    held: list[RecoverySession],
    missed: list[FullDayAbsence],
    ground: RecoveryGround,
    kept: list[RecoveryService],
) -> None:
    for as_of in (date(2025, 12, 19), date(2026, 3, 27), YEAR.ends_on):
        found = account(STUDENT, held, missed, YEAR, as_of, ground)
        figures = service_figures(found, kept)
        written = [
            replace(one, days_used=shown.days_used, minutes_earned=shown.minutes_earned, is_calendar=False)
            for one, shown in zip(kept, figures, strict=True)
        ]
        assert sum(shown.days_used or 0 for shown in figures) == found.days_used
        assert sum(shown.minutes_earned or 0 for shown in figures) == found.credited_minutes
        assert findings_on_services(found, written) == ()
        assert all(finding.rule == "R-AR-15" for finding in findings_on_services(found, kept))


@settings(max_examples=50)
@given(st.one_of(CROWDED, WHOLE_YEAR), ABSENCES, GROUNDS, services())
def test_the_recovered_line_of_each_school_is_the_days_its_services_show(
    held: list[RecoverySession],
    missed: list[FullDayAbsence],
    ground: RecoveryGround,
    kept: list[RecoveryService],
) -> None:
    found = at_the_end(held, missed, ground)
    placed = recovered_days(found, kept, [enrolled(YEAR.starts_on)])
    lines = recovered_ada(placed.days, {"A": school_calendar()})
    taught = len(school_calendar().weekdays_taught)
    shown: Counter[str] = Counter()
    for one, figures in zip(kept, service_figures(found, kept), strict=True):
        shown[one.school] += figures.days_used or 0
    assert {line[0]: share * taught for line, share in lines.items()} == dict(+shown)
    assert placed.findings == ()
