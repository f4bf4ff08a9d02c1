"""The register as of a day: every row with its state and the reason for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from central.domain.local_day import end_of
from central.register import (
    queries_calendar,
    queries_emergencies,
    queries_people,
    queries_records,
    queries_reports,
)
from central.register.evidence import brought, due_on, stands
from central.register.records import Records
from central.register.standing import Answer, Standing, needs_evidence
from central.register.table import Row, rows
from central.store.models import RequirementEvidence, School, SchoolYear

Query = Callable[[Records], Answer]

_OF_PEOPLE: tuple[Query, ...] = (
    queries_people.residents,
    queries_people.no_diplomas,
    queries_people.old_enough,
    queries_people.ages_allowed,
    queries_people.enrolled_without_break,
    queries_people.progress_made,
    queries_people.unduplicated_countable,
    queries_people.english_learners_identified,
    queries_people.aebg_determined,
    queries_people.wioa_determined,
)
"""What they ask is known only where the school keeps dated facts."""
_OTHERS: tuple[Query, ...] = (
    queries_calendar.minutes_offered,
    queries_calendar.offered_on_site,
    queries_calendar.required_on_site,
    queries_calendar.few_tracks,
    queries_calendar.enough_days,
    queries_calendar.enough_before_april,
    queries_calendar.tracks_apart,
    queries_calendar.closures_requested,
    queries_emergencies.emergencies_settled,
    queries_records.teachers_certificated,
    queries_records.sessions_signed,
    queries_records.recorded_the_same_day,
    queries_records.only_days_taught,
    queries_records.one_day_a_date,
    queries_records.attendance_is_positive,
    queries_records.mostly_in_classrooms,
    queries_records.submissions_confirmed,
    queries_reports.periods_closed,
    queries_reports.annual_closed,
    queries_reports.months_reported,
    queries_reports.study_under_agreement,
    queries_reports.study_is_staffed,
    queries_reports.recovery_signed,
)
QUERIES: Mapping[str, Query] = {query.__name__: query for query in (*_OF_PEOPLE, *_OTHERS)}
"""The questions to the records by the names the tables call them."""

_NO_FACTS = (
    "the school keeps no dated facts about its students yet; bring them with rollbook-central import-facts"
)


@dataclass(frozen=True, slots=True)
class Register:
    """Every row as it stands on a day, in the order of the tables."""

    school: str
    year: str
    as_of: date
    rows: tuple[Standing, ...]


def register(
    school: School, as_of: date, year: SchoolYear | None, counted: Mapping[str, Answer] | None = None
) -> Register:
    """Return how every requirement of a school stands at the end of a day.

    `year` is the school year the records are asked about; without one, or with nobody enrolled or
    no calendar, what the records would have to say needs evidence. With what `answers` said earlier,
    `counted`, they are not asked again.
    """
    if counted is None:
        counted = answers(year, as_of) if year else {}
    evidence = brought(school.pk, end_of(as_of, ZoneInfo(school.time_zone)))
    every = rows()
    return Register(
        school.name,
        year.name if year else "",
        as_of,
        tuple(_standing(row, every, counted, evidence, as_of) for row in every.values()),
    )


def answers(year: SchoolYear, as_of: date) -> dict[str, Answer]:
    """Return what the records answer at the end of a day, by the names of the questions."""
    records = Records(year, as_of, end_of(as_of, ZoneInfo(year.school.time_zone)))
    if not records.calendars:
        return {}
    if not records.enrolled:
        nobody = needs_evidence(
            "nobody is enrolled yet; bring the roster with rollbook-central import-roster"
        )
        return dict.fromkeys(QUERIES, nobody)
    facts_are_kept = year.school.facts_kept_since is not None
    unknown = needs_evidence(_NO_FACTS)
    return {
        **{query.__name__: query(records) if facts_are_kept else unknown for query in _OF_PEOPLE},
        **{query.__name__: query(records) for query in _OTHERS},
    }


def _standing(
    row: Row,
    every: Mapping[str, Row],
    counted: Mapping[str, Answer],
    evidence: Mapping[str, list[RequirementEvidence]],
    as_of: date,
) -> Standing:
    asked = every[row.same_as] if row.same_as else row
    if asked.needs:
        return Standing(
            row, stands(asked.needs, evidence.get(asked.key, []), as_of), due_on(asked.needs, as_of)
        )
    nothing = needs_evidence("the records hold no calendar of the school year; bring it with import-calendar")
    return Standing(row, counted.get(asked.query or "", nothing))
