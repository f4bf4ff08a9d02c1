"""Published: the recovery ledger of a school year: everybody's account as of any date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from central.domain.absence import FullDayAbsence
from central.domain.attendance import AttendanceDay
from central.domain.calendar import SchoolYear, TrackCalendar
from central.domain.enrolment import EnrolledSpan
from central.domain.period import PeriodKind
from central.domain.recovery import RecoverySession
from central.law.provision import provisions
from central.law.recovery_account import RecoveryAccount, RecoveryGround, account
from central.law.recovery_periods import recovery_counts_to

BEGAN: Final = provisions()["recovery_days_a_year"].wordings[0].since
"""The first day the law knows attendance recovery."""


def is_in_force(year: SchoolYear) -> bool:
    """Tell whether there was attendance recovery in a school year at all."""
    return year.starts_on >= BEGAN


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentGround:
    """What one student's account is computed from."""

    sessions: Sequence[RecoverySession] = ()
    absences: Sequence[FullDayAbsence] = ()
    spans: Sequence[EnrolledSpan] = ()
    attended: Sequence[AttendanceDay] = ()
    ground: RecoveryGround = field(default_factory=RecoveryGround)


@dataclass(slots=True, kw_only=True)
class RecoveryYear:
    """Sessions, absences and what bears on them, gathered once; accounts of any date from them.

    `students` are those with a session, a record or a service in the year, by number in order.
    """

    year: SchoolYear
    sessions: Sequence[RecoverySession]
    calendars: Mapping[str, TrackCalendar]
    students: Mapping[str, StudentGround]
    _kept: dict[tuple[str, date], RecoveryAccount] = field(default_factory=dict, repr=False)

    def account(self, student: str, as_of: date) -> RecoveryAccount:
        """Return a student's account as of a date, from the facts known; after June 30 as of June 30."""
        key = (student, min(as_of, self.year.ends_on))
        if key not in self._kept:
            held = self.students[student]
            self._kept[key] = account(student, held.sessions, held.absences, self.year, key[1], held.ground)
        return self._kept[key]

    def counts_to(self, student: str, kind: PeriodKind) -> date | None:
        """Return the date a period counts a student's recovery to; None where it has none.

        Of a student on several tracks the earliest of them: what is left waits for the next period.
        """
        tracks = {span.track for span in self.students[student].spans} & self.calendars.keys()
        ends = [recovery_counts_to(kind, self.calendars[track]) for track in sorted(tracks)]
        known = [end for end in ends if end is not None]
        return min(known) if known and len(known) == len(ends) else None
