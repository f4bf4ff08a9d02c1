"""What is odd about records, people and classes, line by line: paper, notices, late entries, appeals."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.db.models import Count, Value
from django.db.models.functions import Concat, Lower

from central.store.models import (
    Assignment,
    AttendanceRecord,
    CalendarDay,
    Credential,
    Meeting,
    Placement,
    School,
    SessionCertification,
    Student,
    TeachingCredential,
)
from central.work import appeals, interventions, notices
from central.work.exception_kinds import ExceptionKind, ExceptionLine
from central.work.paper_waiting import undecided_of

_Kind = ExceptionKind
_Mark, _Stage = AttendanceRecord.Mark, AttendanceRecord.Stage


def record_lines(school: School, since: date, until: date, now: datetime) -> Iterator[ExceptionLine]:
    """Yield the lines about a school's records and people of some days."""
    yield from _missing_out(school, since, until)
    yield from _paper(school, since, until)
    yield from _notices(school, since, until)
    yield from _late(school, since, until)
    yield from _appeals(school)
    yield from _same_names(school, until)
    yield from _shared_phones(school, until)
    yield from _without_teacher(school, until)
    yield from _long_absent(school, now)


def _missing_out(school: School, since: date, until: date) -> Iterator[ExceptionLine]:
    records = AttendanceRecord.objects.filter(
        school=school,
        on__range=(since, until),
        mark=_Mark.PRESENT,
        source=AttendanceRecord.Source.TAP,
        first_in_at__isnull=False,
        last_out_at=None,
    ).exclude(stage=_Stage.REMOVED)
    for code, on, n in (
        records.values_list("section__code", "on").annotate(n=Count("pk")).order_by("on", "section__code")
    ):
        figures = {"n": str(n), "room": code, "last": f"{on:%m/%d/%Y}"}
        yield ExceptionLine(_Kind.MISSING_OUT, f"{code}/{on}/{n}", on, figures, "session", (code, str(on)))


def _paper(school: School, since: date, until: date) -> Iterator[ExceptionLine]:
    """Yield a line for each class's day with paper nobody has decided about; each record is in one."""
    waiting: dict[tuple[ExceptionKind, str, date], list[int]] = defaultdict(list)
    for each in undecided_of(school, since, until):
        kind = _Kind.PAPER_CONFLICT if each.is_conflict else _Kind.PAPER_WITHOUT_OUTAGE
        waiting[kind, each.record.section.code, each.record.on].append(each.record.pk)
    for (kind, code, on), records in waiting.items():
        figures = {"n": str(len(records)), "room": code, "last": f"{on:%m/%d/%Y}"}
        key = f"{code}/{on}/{max(records)}/{len(records)}"
        yield ExceptionLine(kind, key[:120], on, figures, "paper-decisions", (code, str(on)))


def _notices(school: School, since: date, until: date) -> Iterator[ExceptionLine]:
    for conflict in notices.conflicts(school, since, until):
        figures = {"room": conflict.record.section.code, "last": f"{conflict.on:%m/%d/%Y}"}
        yield ExceptionLine(
            _Kind.NOTICE_CONFLICT,
            f"{conflict.notice.pk}/{conflict.on}",
            conflict.on,
            figures,
            "notice",
            (conflict.notice.pk, str(conflict.on)),
            students=(conflict.notice.student,),
            at=conflict.notice.at,
        )


def _late(school: School, since: date, until: date) -> Iterator[ExceptionLine]:
    signed = SessionCertification.objects.filter(section__school=school, on__range=(since, until))
    for row in signed.exclude(late_reason="").select_related("section").order_by("on", "pk"):
        figures = {"room": row.section.code, "last": f"{row.on:%m/%d/%Y}", "says": row.late_reason}
        arguments = (row.section.code, str(row.on))
        yield ExceptionLine(_Kind.LATE_ENTRY, str(row.pk), row.on, figures, "session", arguments, at=row.at)


def _appeals(school: School) -> Iterator[ExceptionLine]:
    for row in appeals.open_appeals(school).select_related("student").order_by("pk"):
        figures = {"last": f"{row.on:%m/%d/%Y}", "says": row.says}
        yield ExceptionLine(
            _Kind.APPEAL, str(row.pk), row.on, figures, "appeal", (row.pk,), (row.student,), at=row.at
        )


def _same_names(school: School, on: date) -> Iterator[ExceptionLine]:
    named = Student.objects.filter(school=school).annotate(
        name=Concat(Lower("family_name"), Value("\n"), Lower("given_name"))
    )
    twice = named.values("name").annotate(n=Count("pk")).filter(n__gt=1).values("name")
    placed = Placement.objects.filter(student__in=named.filter(name__in=twice), since__lte=on)
    alike: dict[tuple[str, str], dict[int, Student]] = defaultdict(dict)
    rows = placed.exclude(until__lt=on).select_related("student", "section").order_by("student__number")
    for row in rows:
        alike[row.section.code, str(row.student).casefold()][row.student_id] = row.student
    for (code, _), students in sorted(alike.items(), key=lambda item: item[0]):
        if len(students) > 1:
            key = f"{code}/" + "/".join(map(str, students))
            figures = {"n": str(len(students)), "room": code}
            kept = tuple(students.values())
            yield ExceptionLine(_Kind.SAME_NAMES, key[:120], on, figures, students=kept)


def _shared_phones(school: School, on: date) -> Iterator[ExceptionLine]:
    held = Credential.objects.filter(school=school, since__lte=on, student__isnull=False)
    held = held.exclude(until__lt=on).exclude(device_key="")
    phones: dict[str, dict[int, Student]] = defaultdict(dict)
    for card in held.select_related("student").order_by("pk"):
        if card.student is not None:
            phones[card.device_key][card.student.pk] = card.student
    for students in phones.values():
        if len(students) > 1:
            key = "/".join(map(str, sorted(students)))
            figures = {"n": str(len(students))}
            kept = tuple(students.values())
            yield ExceptionLine(_Kind.SHARED_PHONE, key[:120], on, figures, "credentials", students=kept)


def _without_teacher(school: School, on: date) -> Iterator[ExceptionLine]:
    """Yield a line for each class held on a day whose attendance nobody assigned may certify."""
    valid = TeachingCredential.objects.filter(since__lte=on, until__gte=on).values("staff")
    served = Assignment.objects.filter(section__school=school, since__lte=on, staff__in=valid)
    covered = served.exclude(until__lt=on).values("section")
    meetings = Meeting.objects.filter(
        section__school=school, weekday=on.weekday(), section__since__lte=on, section__until__gte=on
    ).exclude(section__in=covered)
    taught = CalendarDay.objects.filter(track__school_year__school=school, on=on, is_taught=True)
    tracks, years = _columns(taught.values_list("track_id", "track__school_year_id"))
    for meeting in meetings.select_related("section").order_by("section__code"):
        of = meeting.section
        if of.track_id in tracks or (of.track_id is None and of.school_year_id in years):
            code = of.code
            figures = {"room": code, "last": f"{on:%m/%d/%Y}"}
            yield ExceptionLine(_Kind.NO_TEACHER, f"{code}/{on}", on, figures)


def _columns(pairs: Iterable[tuple[int, int]]) -> tuple[set[int], set[int]]:
    rows = list(pairs)
    return {one for one, _ in rows}, {other for _, other in rows}


def _long_absent(school: School, now: datetime) -> Iterator[ExceptionLine]:
    for call in interventions.calls(school, now):
        if call.kind == interventions.IN_A_ROW and not call.steps:
            figures = {"n": call.figures["days"], "last": call.figures["since"]}
            key = f"{call.student.pk}/{call.since}"
            students = (call.student,)
            yield ExceptionLine(
                _Kind.LONG_ABSENT, key, call.since, figures, "interventions", students=students
            )
