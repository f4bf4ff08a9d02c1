"""What does not fit together in the records of an emergency, found anew each time it is asked for."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from central.store.models import (
    AttendanceRecord,
    CalendarDay,
    Decision,
    HotspotReturn,
    Meeting,
    PaperLine,
    Placement,
    SessionCertification,
    Tap,
)
from central.store.queries.emergencies import end_of
from central.work import notices
from central.work.emergency_loans import lent
from central.work.emergency_scope import Scope, check_ins_of, parts_of, verdicts_of
from central.work.local_days import local_date


class Kind(StrEnum):
    """What does not fit."""

    CHECK_IN_ALONE = "check-in without participation"
    PART_ALONE = "participation without check-in"
    UNVERIFIED = "check-in not verified"
    RECORD = "record on a closed day"
    TAP = "taps on a closed day"
    LATE = "entered after its day"
    PAPER = "paper without an outage"
    UNCERTIFIED = "class not certified"
    NOTICE = "notice of absence not settled"
    HOTSPOT = "hotspot not back"
    PARTNER = "WIOA change not approved"


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that does not fit: on which day, in which class or at which station, about whom."""

    kind: Kind
    key: str
    """The same for the same thing whenever it is asked for."""
    on: date
    where: str = ""
    student: str = ""
    """The student's number, where it is about one."""
    count: int = 1


def find(scope: Scope, now: datetime) -> list[Found]:
    """Return everything that does not fit, day by day."""
    found = [
        *_of_learning(scope),
        *_records(scope),
        *_taps(scope),
        *_late(scope),
        *_paper(scope),
        *_uncertified(scope, now),
        *_notices(scope),
        *_lent_and_told(scope),
    ]
    return sorted(found, key=lambda each: (each.on, each.kind, each.where, each.student, each.key))


def _of_learning(scope: Scope) -> Iterator[Found]:
    rows = check_ins_of(scope)
    verdicts, parts = verdicts_of(rows), parts_of(scope.emergency)
    for row in rows:
        if row.pk not in verdicts:
            yield Found(Kind.UNVERIFIED, f"check-in/{row.pk}", row.on, row.section.code, row.student.number)
    if not scope.is_extended:
        return
    said = {(row.student_id, row.on): row for row in rows}
    for key, row in said.items():
        if not parts.get(key):
            name = f"{row.student.number}/{row.on}"
            yield Found(Kind.CHECK_IN_ALONE, name, row.on, row.section.code, row.student.number)
    for (student, on), ways in parts.items():
        if ways and (student, on) not in said:
            number = next(iter(ways.values())).student.number
            yield Found(Kind.PART_ALONE, f"{number}/{on}", on, "", number)


def _records(scope: Scope) -> Iterator[Found]:
    days = {on for _, on in scope.closed}
    rows = AttendanceRecord.objects.filter(section__in=scope.sections, on__in=days)
    kept = rows.exclude(stage=AttendanceRecord.Stage.REMOVED).select_related("student", "section")
    for row in kept.order_by("pk"):
        if (row.section_id, row.on) in scope.closed:
            yield Found(Kind.RECORD, f"record/{row.pk}", row.on, row.section.code, row.student.number)


def _taps(scope: Scope) -> Iterator[Found]:
    days = {on for _, on in scope.closed}
    rows = Tap.objects.filter(school=scope.emergency.school_year.school_id, on__in=days)
    counted: Counter[tuple[str, date]] = Counter()
    for station, on, section in rows.values_list("station__code", "on", "record__section"):
        if on is not None and (on in scope.everybody_closed or (section, on) in scope.closed):
            counted[station, on] += 1
    for (station, on), count in counted.items():
        yield Found(Kind.TAP, f"{station}/{on}", on, station, count=count)


def _late(scope: Scope) -> Iterator[Found]:
    rows = Decision.objects.filter(
        record__section__in=scope.sections,
        record__on__range=(scope.since, scope.until),
        is_same_day=False,
        by__isnull=False,
    )
    counted = Counter(rows.values_list("record__section__code", "record__on"))
    for (code, on), count in counted.items():
        yield Found(Kind.LATE, f"{code}/{on}", on, code, count=count)


def _paper(scope: Scope) -> Iterator[Found]:
    lines = PaperLine.objects.filter(
        sheet__section__in=scope.sections,
        sheet__on__range=(scope.since, scope.until),
        outcome=PaperLine.Outcome.NO_OUTAGE,
    ).exclude(rulings__by__isnull=False)
    counted = Counter(lines.values_list("sheet__section__code", "sheet__on", "sheet__sheet"))
    for (code, on, sheet), count in counted.items():
        yield Found(Kind.PAPER, f"{code}/{on}/{sheet}"[:120], on, code, count=count)


def _uncertified(scope: Scope, now: datetime) -> Iterator[Found]:
    """Yield the classes taught during the emergency that nobody signed for, once their day is over."""
    today = local_date(scope.emergency.school_year.school, now)
    taught: dict[date, set[int]] = defaultdict(set)
    days = CalendarDay.objects.filter(
        track__school_year=scope.emergency.school_year_id,
        is_taught=True,
        on__range=(scope.since, scope.until),
        on__lt=today,
    )
    for track, on in days.values_list("track", "on"):
        taught[on].add(track)
    if not taught:
        return
    signed = set(
        SessionCertification.objects.filter(
            section__in=scope.sections, on__range=(scope.since, scope.until)
        ).values_list("section", "on")
    )
    meets = set(Meeting.objects.filter(section__in=scope.sections).values_list("section", "weekday"))
    placed = _placed(scope)
    for on, tracks in taught.items():
        for section in scope.sections.values():
            is_held = (section.track_id in tracks if section.track_id else bool(tracks)) and (
                (section.pk, on.weekday()) in meets
            )
            holds = any(since <= on <= (until or on) for since, until in placed[section.pk])
            if is_held and holds and (section.pk, on) not in signed:
                yield Found(Kind.UNCERTIFIED, f"{section.code}/{on}", on, section.code)


def _placed(scope: Scope) -> dict[int, set[tuple[date, date | None]]]:
    found: dict[int, set[tuple[date, date | None]]] = defaultdict(set)
    rows = Placement.objects.filter(section__in=scope.sections)
    for section, since, until in rows.values_list("section", "since", "until"):
        found[section].add((since, until))
    return found


def _notices(scope: Scope) -> Iterator[Found]:
    school = scope.emergency.school_year.school
    for each in notices.conflicts(school, scope.since, scope.until):
        number = each.notice.student.number
        yield Found(
            Kind.NOTICE, f"notice/{each.notice.pk}/{each.on}", each.on, each.record.section.code, number
        )


def _lent_and_told(scope: Scope) -> Iterator[Found]:
    """Yield what was lent and is not back, and changes no WIOA authority approved, once it is over."""
    if not end_of(scope.emergency).is_over:
        return
    lost = HotspotReturn.objects.filter(loan__emergency=scope.emergency, is_back=False)
    gone = [row.loan for row in lost.select_related("loan__student")]
    for loan in [*lent(scope.emergency), *gone]:
        yield Found(Kind.HOTSPOT, f"loan/{loan.pk}", loan.lent_on, loan.device, loan.student.number)
    for change in scope.emergency.partner_changes.order_by("pk"):
        last = change.answers.order_by("pk").last()
        if last is None or not last.is_approved:
            yield Found(Kind.PARTNER, f"change/{change.pk}", change.told_on, change.partner)
