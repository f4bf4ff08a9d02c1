"""Published: gather what a report rests on, as decisions taken by the end of a day left it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from central.domain.absence import FullDayAbsence
from central.domain.enrolment import Modality
from central.domain.local_day import end_of
from central.domain.period import PeriodKind
from central.errors import CentralError
from central.law.absence import full_day_absences
from central.law.monthly import MonthCell, MonthGround, month_cells
from central.law.weekend import countable_calendar
from central.reports.ground import Ground
from central.reports.head import require_come
from central.store.models import SchoolYear
from central.store.queries.absences import noted_reasons
from central.work.claims import Claimed, claimed

NO_CREDENTIAL = "no credential on file is valid"


def ground_of(year: SchoolYear, kind: PeriodKind, as_of: date, now: datetime) -> Ground:
    """Gather what a report rests on.

    Calendars and enrollments are those known now. Raises CentralError for a day that has not come,
    and where no track is taught on any day.
    """
    zone = ZoneInfo(year.school.time_zone)
    require_come(year, as_of, now)
    before = end_of(as_of, zone)
    made = claimed(year, before, as_of)
    if not made.calendars:
        msg = f"no track of {year.name} is taught on any day; import the calendar first"
        raise CentralError(msg)
    absences = _absences(year, made, before)
    in_period = {code: countable_calendar(kind, calendar) for code, calendar in made.calendars.items()}
    return Ground(
        year=year,
        kind=kind,
        as_of=as_of,
        before=before,
        calendars=made.calendars,
        in_period=in_period,
        spans=made.spans,
        standing=made.standing,
        claimable=made.claimable,
        claim=made.claim,
        counted=[day for day in made.claim.days if day.on in in_period[day.track].days_taught],
        without_credential=made.without_credential,
        absences=absences,
        months=_months(made, absences, as_of),
    )


def _absences(year: SchoolYear, made: Claimed, before: datetime) -> list[FullDayAbsence]:
    marks = [record.recorded_mark() for record in made.standing]
    found = full_day_absences(marks, made.spans, made.calendars, noted_reasons(year, before))
    # Work is a day of independent study although a class of that day was missed.
    studied = {(day.student, day.on) for day in made.claim.days if day.modality is Modality.INDEPENDENT_STUDY}
    return [absence for absence in found if (absence.student, absence.on) not in studied]


def _months(made: Claimed, absences: list[FullDayAbsence], until: date) -> tuple[MonthCell, ...]:
    lost = {
        (record.student, record.on, record.track): NO_CREDENTIAL
        for record in made.standing
        if (record.certified_by, record.on) in made.without_credential
    }
    for found in made.claim.findings:
        if found.blocks and found.on is not None:
            lost |= {
                (found.subject, found.on, code): f"{found.rule}: {found.citation}" for code in made.calendars
            }
    ground = MonthGround(
        spans=made.spans,
        calendars=made.calendars,
        attended=made.claim.days,
        absences=absences,
        lost=lost,
        until=until,
    )
    return month_cells(ground)
