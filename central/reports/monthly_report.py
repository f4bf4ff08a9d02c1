"""Published: compute the monthly report to the authorizer from the records as they stood."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import accumulate
from zoneinfo import ZoneInfo

from central.domain.attendance import Stage
from central.domain.calendar import SchoolYear as Year
from central.domain.enrolment import GradeSpan, Modality
from central.domain.local_day import end_of
from central.domain.period import PeriodKind
from central.law import question
from central.law.membership import Membership, memberships, month_windows
from central.law.monthly import CellKey
from central.reports import identities
from central.reports.ground import Ground
from central.reports.groundwork import ground_of
from central.reports.head import head
from central.reports.monthly import MonthLine, MonthlyReport
from central.reports.period import ProofLine
from central.reports.period_findings import find
from central.reports.periods import rules_of
from central.reports.proof import proof_of
from central.store.models import ReportSnapshot, SchoolYear
from central.store.queries.corrections import Correction, corrections
from central.work.recovery_gathering import recovery_year
from central.work.recovery_year import is_in_force

KIND = "Monthly"


def report(year: SchoolYear, as_of: date, now: datetime) -> MonthlyReport:
    """Return every school month begun by the end of `as_of`, the last one as far as it has come.

    Raises CentralError for a day that has not come and when no calendar is there.
    """
    school = year.school
    zone = ZoneInfo(school.time_zone)
    ground = ground_of(year, PeriodKind.ANNUAL, as_of, now)
    since = _last_closed(year, zone)
    lines = tuple(_lines(ground))
    proof = proof_of(ground)
    corrected = tuple(corrections(year, since, ground.before))
    top = head(year, as_of, now)
    return MonthlyReport(
        **top,
        digest=_digest([school.code, year.name, str(as_of), top["rule_set"]], lines, proof, corrected),
        lines=lines,
        proof=proof,
        since=since,
        corrections=corrected,
        signers=_signers(ground),
        findings=(*identities.find(ground), *find(ground)),
        caveats=question.caveats(rules_of(school), as_of),
    )


def _last_closed(year: SchoolYear, zone: ZoneInfo) -> datetime | None:
    row = ReportSnapshot.objects.filter(school_year=year, kind=KIND).order_by("-revision").first()
    return None if row is None else end_of(row.as_of, zone)


def _lines(ground: Ground) -> Iterator[MonthLine]:
    finder = _Cells(ground)
    unresolved = Counter(
        finder.of(record.student, record.on, record.track)
        for record in ground.standing
        if record.stage is Stage.PROVISIONAL
    )
    earned, used = _recovery(ground, finder)
    taught = _taught_to_date(ground)
    attended: Counter[tuple[str, GradeSpan, Modality]] = Counter()
    for cell in ground.months:
        key = cell.key
        kind = (key.track, key.span, key.modality)
        attended[kind] += cell.earned
        yield MonthLine(
            cell=cell,
            to_date=(attended[kind], taught[key.track, key.month]),
            unresolved=unresolved[key],
            recovery_earned=earned[key],
            recovery_used=used[key],
        )


def _taught_to_date(ground: Ground) -> dict[tuple[str, int], int]:
    """Count the days a track was taught from its first month to each."""
    found: dict[tuple[str, int], int] = {}
    for code, calendar in ground.calendars.items():
        windows = month_windows(calendar, ground.as_of)
        counts = accumulate(len(window.taught) for window in windows)
        found |= {(code, window.month.number): count for window, count in zip(windows, counts, strict=True)}
    return found


def _recovery(ground: Ground, finder: "_Cells") -> tuple[Counter[CellKey | None], Counter[CellKey | None]]:
    """Count days of recovery by the month they were earned in, and by the month of the absence made up."""
    earned: Counter[CellKey | None] = Counter()
    used: Counter[CellKey | None] = Counter()
    if is_in_force(Year(ground.year.name)):
        ledger = recovery_year(ground.year, ground.before)
        for student in ledger.students:
            account = ledger.account(student, ground.as_of)
            earned.update(finder.of(student, on) for on in account.earned_on)
            used.update(finder.of(student, absence.on) for absence in account.offset)
    return earned, used


class _Cells:
    """Finds the cell a student's date belongs to, vacations and weekends included."""

    def __init__(self, ground: Ground) -> None:
        self._members: dict[str, list[Membership]] = defaultdict(list)
        for member in memberships(ground.spans):
            self._members[member.student].append(member)
        self._windows = {
            code: month_windows(calendar, ground.as_of) for code, calendar in ground.calendars.items()
        }

    def of(self, student: str, on: date, track: str = "") -> CellKey | None:
        """Return the cell by the student's oldest membership that holds, of one track where it is named.

        What was earned before the first month stands in the first.
        """
        members = [member for member in self._members[student] if track in {"", member.track}]
        held = next((member for member in members if member.holds(on)), members[0] if members else None)
        windows = self._windows.get(held.track, ()) if held else ()
        if held is None or not windows:
            return None
        past = [window for window in windows if window.month.starts_on <= on] or windows[:1]
        return CellKey(held.track, past[-1].month.number, held.span, held.modality)


def _signers(ground: Ground) -> tuple[str, ...]:
    """Return who certified records of the last month begun on any track."""
    last = max((cell.since for cell in ground.months), default=ground.as_of)
    return tuple(
        sorted(
            {record.certified_by for record in ground.standing if record.stage.counts and record.on >= last}
        )
    )


def _digest(
    head: list[str], lines: Iterable[MonthLine], proof: Iterable[ProofLine], corrected: Iterable[Correction]
) -> str:
    """Hash what the numbers rest on: rules, every line, every student-day attended, every correction."""
    ground = [
        head,
        [repr(line) for line in lines],
        [[one.student, str(one.on), one.track, one.grade, one.record, one.certified_by] for one in proof],
        [[one.student, str(one.on), one.section, one.before, one.after, str(one.at)] for one in corrected],
    ]
    return hashlib.sha256(json.dumps(ground, ensure_ascii=False).encode()).hexdigest()
