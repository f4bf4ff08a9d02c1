"""Every scenario of the law tables is asked of the rules and answered as the table expects."""

import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from central.law.errors import LawError
from tests.law_tables import (
    ask_absence,
    ask_calendar,
    ask_conflict,
    ask_emergency,
    ask_minutes,
    ask_people,
    ask_recovery,
    ask_recovery_rules,
    ask_reports,
    ask_study,
    ask_time,
)
from tests.law_tables.given import Given

TABLES = Path(__file__).parent
QUESTIONS: dict[str, Callable[[Given], dict[str, object]]] = {
    "school months": ask_calendar.school_months_of,
    "months of a period": ask_calendar.months_of_a_period,
    "days attendance is divided by": ask_calendar.divisor,
    "average daily attendance": ask_calendar.average,
    "printed total": ask_calendar.printed_total,
    "average daily attendance of tracks": ask_calendar.tracks_together,
    "student on several tracks": ask_calendar.student_on_several_tracks,
    "number of tracks": ask_calendar.number_of_tracks,
    "length of a track": ask_calendar.length_of_track,
    "days needed before April 15": ask_calendar.days_needed_by_april,
    "days before April 15": ask_calendar.days_before_april,
    "who may move a record": ask_people.who_may_move,
    "days claimed": ask_people.claimed,
    "what stands against a day": ask_people.eligible,
    "credential of a teacher": ask_people.credentialed,
    "absence said of a day present": ask_conflict.said_absent,
    "present from afar": ask_conflict.from_afar,
    "chronic absence": ask_people.chronically_absent,
    "reason of an absence": ask_absence.reason_of_absence,
    "table of codes": ask_absence.table_of_codes,
    "full attendance": ask_absence.full_attendance,
    "days missed": ask_absence.days_missed,
    "days expected": ask_absence.days_expected,
    "rate with recovered days": ask_absence.recovered_rate,
    "published rate": ask_absence.rate_published,
    "counted in rates": ask_absence.counted_in_rates,
    "truancy": ask_absence.truancy,
    "habitual truancy": ask_absence.habitual_truancy,
    "chronic truancy": ask_absence.chronic_truancy,
    "compulsory education": ask_absence.compulsory_education,
    "immunization": ask_absence.immunization,
    "destruction of records": ask_absence.destruction,
    "minutes offered": ask_time.minutes_offered,
    "days offered": ask_time.days_offered,
    "minimum day": ask_time.minimum_days,
    "day a period is due": ask_minutes.due,
    "days of a district": ask_minutes.district_days,
    "minutes of a track": ask_minutes.track_minutes,
    "minutes of the year": ask_minutes.year_of_days,
    "classroom-based school": ask_minutes.classroom_based,
    "classroom-based columns": ask_minutes.columns,
    "least minutes at the site": ask_minutes.least_at_the_site,
    "time at the site": ask_minutes.time_at_the_site,
    "day at the site": ask_minutes.day_at_the_site,
    "seat time": ask_minutes.seats,
    "funding determination": ask_minutes.determination,
    "base grant": ask_minutes.grants,
    **ask_reports.QUESTIONS,
    **ask_recovery.QUESTIONS,
    **ask_recovery_rules.QUESTIONS,
    "recovery in a programme": ask_time.recovery_programme,
    "recovery session": ask_time.recovery_session,
    "recovery minutes": ask_time.recovery_minutes,
    "recovery days used": ask_time.recovery_used,
    "absences to recover": ask_time.absences_to_recover,
    "recovery within a school year": ask_time.session_and_absence,
    **ask_study.QUESTIONS,
    **ask_emergency.QUESTIONS,
}
KEYS = {"name", "cite", "question", "given", "expect"}


def scenarios() -> Iterator[tuple[str, dict[str, object]]]:
    for path in sorted(TABLES.glob("*.toml")):
        for scenario in tomllib.loads(path.read_text(encoding="utf-8"))["scenario"]:
            yield path.stem, scenario


ALL = [pytest.param(row, id=f"{table}: {row['name']}") for table, row in scenarios()]


@pytest.mark.parametrize("scenario", ALL)
def test_the_law_answers_as_the_table_expects(scenario: dict[str, object]) -> None:
    assert scenario.keys() == KEYS
    assert re.search(r"\(R-[A-Z]+-\d\d\)", str(scenario["cite"])), "a scenario cites its rule"
    given, expect = scenario["given"], scenario["expect"]
    assert isinstance(given, dict)
    assert isinstance(expect, dict)
    ask = QUESTIONS[str(scenario["question"])]
    if "refused" in expect:
        with pytest.raises(LawError, match=str(expect["refused"])):
            ask(Given(given))
        return
    assert ask(Given(given)) == expect


def test_every_question_is_asked_and_no_scenario_is_told_twice() -> None:
    rows = [row for _, row in scenarios()]
    assert {row["question"] for row in rows} == QUESTIONS.keys()
    assert len({row["name"] for row in rows}) == len(rows)
