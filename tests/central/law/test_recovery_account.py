from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from central.domain.absence import AbsenceReason
from central.domain.calendar import SchoolYear
from central.domain.enrolment import Grade, Modality, Programme
from central.domain.finding import Finding, Severity
from central.domain.period import PeriodKind
from central.domain.recovery import MinutesPolicy, Participation, RegularDay
from central.domain.school import SchoolFacts
from central.law.errors import LawError
from central.law.provision import provisions
from central.law.recovery_account import RecoveryAccount, RecoveryGround, account
from central.law.recovery_claw_back import claw_back, findings_on_claw_back
from central.law.recovery_eligibility import findings_on_recovery_school, long_study, recovery_bar
from central.law.recovery_periods import period_accounts, recovery_counts_to
from tests.fakes.recovery_law import (
    STUDENT,
    YEAR,
    enrolled,
    missed,
    school_calendar,
    session_on,
    whole_days,
)
from tests.fakes.school_days import calendar_of, weekdays_between

IS = Modality.INDEPENDENT_STUDY
SATURDAYS = [date(2025, 9, 6) + timedelta(days=7 * index) for index in range(12)]
WEEKDAYS = weekdays_between(date(2025, 9, 1), date(2025, 11, 28))
AT_P1 = date(2025, 12, 19)


def account_of(saturdays: int, absences: int, ground: RecoveryGround | None = None) -> RecoveryAccount:
    return account(
        STUDENT,
        whole_days(SATURDAYS[:saturdays]),
        missed(WEEKDAYS[:absences]),
        YEAR,
        AT_P1,
        ground or RecoveryGround(),
    )


def test_the_lists_of_the_whole_school_may_be_given() -> None:
    sessions = whole_days(SATURDAYS[:2])
    other = replace(sessions[0], session="R9", present=(Participation("S2", Grade.G9, 240),))
    absences = [*missed(WEEKDAYS[:1]), replace(missed(WEEKDAYS[:1])[0], student="S2")]
    found = account(STUDENT, [other, *sessions], absences, YEAR, AT_P1)
    assert (found.days_earned, found.days_used) == (2, 1)
    assert found.sessions.counted == tuple(sessions)


def test_a_refused_session_is_kept_apart_with_its_reason() -> None:
    good, bad = whole_days(SATURDAYS[:2])
    bad = replace(bad, is_signed=False)
    found = account(STUDENT, [good, bad], [], YEAR, AT_P1)
    assert (found.sessions.counted, found.sessions.refused) == ((good,), (bad,))
    assert [(finding.rule, finding.subject) for finding in found.findings] == [("R-AR-11", bad.session)]


def test_minutes_beyond_the_length_of_the_session_earn_nothing() -> None:
    session = session_on(SATURDAYS[0], 240)
    longer = replace(session, present=(Participation(STUDENT, Grade.G9, 241),))
    found = account(STUDENT, [longer], missed(WEEKDAYS[:1]), YEAR, AT_P1)
    assert (found.raw_minutes, found.days_used) == (0, 0)
    (finding,) = found.findings
    assert (finding.rule, finding.subject, finding.on) == ("R-AR-11", STUDENT, SATURDAYS[0])
    assert finding.says == f"241 minutes are documented in session {session.session}, which lasted 240"


def test_a_session_of_another_student_at_the_same_time_is_nobodys_conflict() -> None:
    mine = session_on(SATURDAYS[0], 240)
    theirs = replace(mine, session="R9", present=(Participation("S2", Grade.G9, 240),))
    assert account(STUDENT, [mine, theirs], [], YEAR, AT_P1).findings == ()


def test_a_session_may_follow_another_without_a_break() -> None:
    held = [
        session_on(SATURDAYS[0], 120, begins=time(9), name="R1"),
        session_on(SATURDAYS[0], 120, begins=time(11), name="R2"),
    ]
    found = account(STUDENT, held, [], YEAR, AT_P1)
    assert (found.days_earned, found.findings) == (1, ())


def test_who_took_part_for_no_minute_was_not_there() -> None:
    session = session_on(SATURDAYS[0], 240)
    there = tuple(Participation(f"S{index}", Grade.G9, 240 if index <= 20 else 0) for index in range(1, 30))
    crowd = replace(session, present=there)
    assert account("S1", [crowd], [], YEAR, AT_P1).days_earned == 1
    assert account("S25", [crowd], [], YEAR, AT_P1).sessions.counted == ()


def test_a_session_without_standards_counts_and_is_told() -> None:
    session = replace(session_on(SATURDAYS[0], 240), standards=" ")
    found = account(STUDENT, [session], [], YEAR, AT_P1)
    assert found.days_earned == 1
    assert [(finding.rule, finding.severity) for finding in found.findings] == [("R-AR-02", Severity.WARNING)]


def test_the_regular_day_is_the_students_own_and_only_of_its_date() -> None:
    tuesday = date(2025, 9, 9)
    ground = RecoveryGround(regular_days={tuesday: RegularDay(time(8, 30), time(15))})
    inside, after = session_on(tuesday, 240, begins=time(10)), session_on(tuesday, 240, begins=time(15))
    assert account(STUDENT, [inside], [], YEAR, AT_P1, ground).days_earned == 0
    assert account(STUDENT, [inside], [], YEAR, AT_P1).days_earned == 1
    assert account(STUDENT, [after], [], YEAR, AT_P1, ground).days_earned == 1


def test_the_policy_is_that_of_each_date() -> None:
    def policy_on(on: date) -> MinutesPolicy:
        return MinutesPolicy.EXACT_MINUTES if on >= SATURDAYS[1] else MinutesPolicy.DAILY_OR_HOURLY

    held = [session_on(on, 119) for on in SATURDAYS[:3]]
    found = account(STUDENT, held, [], YEAR, AT_P1, RecoveryGround(policy_on=policy_on))
    assert [credit.credited_minutes for credit in found.earned.dates] == [60, 119, 119]
    assert (found.raw_minutes, found.credited_minutes, found.minutes_banked) == (357, 298, 58)


def test_both_policies_are_settings_of_the_law_and_the_first_year_has_one() -> None:
    (wording,) = provisions()["recovery_minutes_policy"].wordings
    assert (wording.since, MinutesPolicy(str(wording.value))) == (
        date(2025, 7, 1),
        MinutesPolicy.DAILY_OR_HOURLY,
    )


def test_nobody_asked_the_school_before() -> None:
    unasked = RecoveryGround(days_used_elsewhere=None)
    assert [finding.rule for finding in account_of(1, 1, unasked).findings] == ["R-AR-15"]
    assert account_of(1, 1, unasked).days_used == 1
    assert account_of(1, 0, unasked).findings == ()
    assert account_of(1, 1).findings == ()


@pytest.mark.parametrize(("elsewhere", "used"), [(0, 10), (1, 9), (9, 1), (10, 0), (11, 0)])
def test_ten_a_year_are_the_students_and_not_the_schools(elsewhere: int, used: int) -> None:
    found = account_of(12, 12, RecoveryGround(days_used_elsewhere=elsewhere))
    assert (found.days_used, found.days_allowed) == (used, used)


def test_what_bars_a_date_bars_its_sessions_and_its_absences() -> None:
    finding = Finding("R-AR-01", "EC 46211(g)", STUDENT, None, "not here", "go", Severity.BLOCKING)

    def bar_on(barred: date) -> RecoveryGround:
        return RecoveryGround(bar=lambda on: (finding,) if on == barred else ())

    assert account_of(2, 2, bar_on(SATURDAYS[0])).earned_on == (SATURDAYS[1],)
    without = account_of(2, 2, bar_on(WEEKDAYS[0]))
    assert [absence.on for absence in without.offset] == [WEEKDAYS[1]]
    assert without.findings == (finding,)


def test_what_only_warns_bars_nothing() -> None:
    warning = Finding("R-AR-01", "EC 46211(g)", STUDENT, None, "perhaps", "look", Severity.WARNING)
    found = account_of(2, 2, RecoveryGround(bar=lambda _on: (warning,)))
    assert (found.days_used, found.findings) == (2, (warning,))


def test_a_year_before_it_began_holds_nothing() -> None:
    found = account(STUDENT, whole_days(SATURDAYS), missed(WEEKDAYS), YEAR, date(2025, 6, 30))
    assert (found.days_earned, found.days_used, found.days_allowed) == (0, 0, 10)


def test_the_first_and_the_last_day_of_the_year_are_in_it() -> None:
    first, last, day = YEAR.starts_on, YEAR.ends_on, timedelta(days=1)
    days = [first - day, first, last, last + day]
    found = account(STUDENT, whole_days(days), missed(days), YEAR, date(2026, 12, 31))
    assert found.earned_on == (first, last)
    assert [absence.on for absence in found.offset] == [first, last]


def test_credit_is_alive_on_june_29_and_expired_on_june_30() -> None:
    held = [*whole_days(SATURDAYS[:3]), session_on(SATURDAYS[3], 60)]
    alive = account(STUDENT, held, missed(WEEKDAYS[:1]), YEAR, date(2026, 6, 29))
    gone = account(STUDENT, held, missed(WEEKDAYS[:1]), YEAR, date(2026, 6, 30))
    assert (alive.days_unused, alive.minutes_banked) == (2, 60)
    assert (alive.days_expired, alive.minutes_expired) == (0, 0)
    assert (gone.days_unused, gone.minutes_banked) == (0, 0)
    assert (gone.days_expired, gone.minutes_expired) == (2, 60)
    assert gone.days_used == alive.days_used == 1


def test_an_absence_told_twice_is_one_and_none_if_one_of_its_reasons_rules_it_out() -> None:
    def used(second: AbsenceReason) -> int:
        twice = [*missed(WEEKDAYS[:1]), *missed(WEEKDAYS[:1], second)]
        return account(STUDENT, whole_days(SATURDAYS[:2]), twice, YEAR, AT_P1).days_used

    assert (used(AbsenceReason.EXCUSED), used(AbsenceReason.SUSPENSION)) == (1, 0)


def test_accounts_of_two_students_or_years_are_not_compared() -> None:
    mine = account_of(1, 1)
    other = account("S2", [], [], YEAR, AT_P1)
    later = account(STUDENT, [], [], SchoolYear("2026-27"), date(2026, 9, 1))
    for strange in (other, later):
        with pytest.raises(LawError, match="are not two of one"):
            claw_back(mine, strange)


def test_a_claw_back_is_told_with_its_reasons_and_a_gain_is_not() -> None:
    more, less = account_of(3, 3), account_of(3, 2)
    (finding,) = findings_on_claw_back(more, less)
    assert (finding.rule, finding.subject, finding.on) == ("R-AR-06", STUDENT, WEEKDAYS[2])
    assert finding.says == (
        f"1 of 3 recovered days taken back: {WEEKDAYS[2]} is no longer an absence that may be made up"
    )
    assert findings_on_claw_back(less, more) == ()
    assert claw_back(less, more).newly_offset == (WEEKDAYS[2],)


def test_fewer_minutes_and_days_used_elsewhere_are_reasons_too() -> None:
    before = account_of(2, 2)
    shorter = [session_on(SATURDAYS[0], 239), session_on(SATURDAYS[1], 240)]
    ground = RecoveryGround(days_used_elsewhere=10)
    after = account(STUDENT, shorter, missed(WEEKDAYS[:2]), YEAR, AT_P1, ground)
    change = claw_back(before, after)
    assert change.days == 2
    assert change.reasons == (
        f"session R-{SATURDAYS[0]}-0900 of {SATURDAYS[0]} went from 240 to 239 minutes",
        "the year allows 0 days instead of 10",
    )


def test_a_period_without_a_full_school_month_has_no_account() -> None:
    late = calendar_of(weekdays_between(date(2025, 12, 8), date(2026, 5, 22)))
    assert recovery_counts_to(PeriodKind.P1, late) is None
    found = period_accounts(STUDENT, whole_days(SATURDAYS), missed([date(2025, 12, 9)]), late)
    assert {kind: kept.days_used for kind, kept in found.items()} == {PeriodKind.P2: 1, PeriodKind.ANNUAL: 1}


def test_a_long_run_of_independent_study_ends_the_day_before_the_classroom() -> None:
    calendar = {"A": school_calendar()}
    study = enrolled(date(2025, 9, 1), date(2025, 9, 28), modality=IS)
    back = enrolled(date(2025, 9, 29))
    (run,) = long_study([study, back], calendar)
    assert (run.since, run.until) == (date(2025, 9, 1), date(2025, 9, 28))


def test_independent_study_broken_by_one_day_in_class_is_two_runs() -> None:
    calendar = {"A": school_calendar()}
    spans = [
        enrolled(date(2025, 9, 1), date(2025, 9, 19), modality=IS),
        enrolled(date(2025, 9, 22), date(2025, 9, 22)),
        enrolled(date(2025, 9, 23), date(2025, 10, 10), modality=IS),
    ]
    assert long_study(spans, calendar) == ()


def test_independent_study_without_an_end_bars_the_summer_after_it() -> None:
    bar = recovery_bar([enrolled(date(2025, 9, 1), modality=IS)], {"A": school_calendar()})
    assert [finding.on for finding in bar(date(2026, 6, 20))] == [date(2025, 9, 1)]
    assert bar(date(2025, 8, 30)) == ()


def test_a_class_on_another_track_makes_a_day_of_independent_study_one_in_class() -> None:
    calendars = {"A": school_calendar(), "B": school_calendar("B")}
    spans = [
        enrolled(date(2025, 9, 1), modality=IS),
        replace(enrolled(date(2025, 9, 1)), track="B"),
    ]
    assert long_study(spans, calendars) == ()


def test_a_summer_session_is_judged_by_the_enrolment_it_comes_before() -> None:
    spans = [
        enrolled(date(2025, 8, 4), date(2025, 12, 19), programme=Programme.PARTNERSHIP),
        enrolled(date(2026, 1, 5), date(2026, 5, 22)),
    ]
    bar = recovery_bar(spans, {"A": school_calendar()})
    barred = {on: bool(bar(on)) for on in (date(2025, 7, 8), date(2025, 12, 31), date(2026, 6, 20))}
    assert list(barred.values()) == [True, False, False]


def test_what_bars_a_programme_is_told_once_of_the_student() -> None:
    bar = recovery_bar([enrolled(programme=Programme.PARTNERSHIP)], {"A": school_calendar()})
    found = account_of(3, 3, RecoveryGround(bar=bar))
    assert (found.days_earned, found.days_used) == (0, 0)
    assert [(finding.rule, finding.subject, finding.on) for finding in found.findings] == [
        ("R-AR-01", STUDENT, None)
    ]


def test_what_bars_the_school_bars_everybody_in_it() -> None:
    of_the_school = findings_on_recovery_school(SchoolFacts("0101234"), is_classroom_based=False)
    found = account_of(3, 3, RecoveryGround(bar=recovery_bar([], {}, of_the_school)))
    assert (found.days_used, found.findings) == (0, of_the_school)
    assert of_the_school[0].subject == "0101234"
