"""The audit: who did what when and why, changes after certification, and who looked at a student."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from central.domain.local_day import end_of, start_of
from central.reports.render_csv import table as csv_table
from central.store.models import School, SchoolYear, Staff
from central.store.queries import audit_log
from central.store.queries.audit_log import Line, Sought
from central.store.queries.corrections import corrections
from central.store.queries.viewings import viewings_of
from central.web import clock
from central.web.access import student_of_school
from central.web.dates import date_in
from central.web.downloads import attachment
from central.work import viewings
from central.work.tool_rights import Right, Tool, may
from central.work.viewings import Seen

_A_PAGE = 50
_LOGS: Mapping[str, Callable[[School, Sought], Sequence[Line]]] = {
    "acts": audit_log.acts,
    "decisions": audit_log.decisions,
    "imports": audit_log.imports,
}
_COLUMNS = ("at", "by", "what", "about", "why", "detail", "record")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for: which log, and which of its lines."""

    what: str
    sought: Sought
    student: str
    year: str


def audit(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show one of the logs, newest first; `form=csv` hands it out whole."""
    asked = _asked(request)
    lines = _lines(asked, staff)
    if request.GET.get("form") == "csv":
        return _file(asked.what, lines)
    rest = request.GET.copy()
    rest.pop("page", None)
    page = {
        "asked": asked,
        "logs": [
            ("acts", _("Acts of people and programs")),
            ("decisions", _("Steps of records")),
            ("imports", _("Files taken in")),
            ("corrections", _("Changes after certification")),
            ("looks", _("Who looked at a student")),
        ],
        "years": SchoolYear.objects.filter(school=staff.school).order_by("-name"),
        "lines": Paginator(lines, _A_PAGE).get_page(request.GET.get("page")),
        "address": rest.urlencode(),
        "sees_gaps": may(staff, Tool.GAPS, Right.READ),
    }
    return render(request, "web/audit.html", page)


def _asked(request: HttpRequest) -> Asked:
    given = request.GET
    what = given.get("what", "acts")
    if what not in {*_LOGS, "corrections", "looks"}:
        raise Http404
    sought = Sought(
        person=given.get("person", "").strip(),
        verb=given.get("verb", "").strip(),
        subject=given.get("subject", "").strip(),
        since=_date(given.get("since", "")),
        until=_date(given.get("until", "")),
    )
    return Asked(what, sought, given.get("student", "").strip(), given.get("year", ""))


def _date(text: str) -> date | None:
    return date_in(text, date.min) if text else None


def _lines(asked: Asked, staff: Staff) -> Sequence[Line]:
    if asked.what in _LOGS:
        return _LOGS[asked.what](staff.school, asked.sought)
    if asked.what == "corrections":
        return _corrections(asked, staff)
    if not asked.student:
        return []
    student = student_of_school(staff, asked.student)
    viewings.note(staff, Seen("audit", student=student), clock.now())
    looks = viewings_of(student, asked.sought.since, asked.sought.until)
    return [
        Line(look.at, look.by, look.page, look.at_what) for look in looks if asked.sought.person in look.by
    ]


def _corrections(asked: Asked, staff: Staff) -> list[Line]:
    years = SchoolYear.objects.filter(school=staff.school).order_by("-name")
    year = get_object_or_404(years, name=asked.year) if asked.year else years.first()
    if year is None:
        return []
    zone, sought = ZoneInfo(staff.school.time_zone), asked.sought
    since = start_of(sought.since, zone) if sought.since else None
    last = end_of(sought.until, zone) if sought.until else clock.now()
    found = corrections(year, since, last)
    lines = [
        Line(
            each.at,
            each.by,
            f"{each.before} to {each.after}",
            f"{each.student}, {each.section}, {each.on}",
            each.reason,
        )
        for each in reversed(found)
    ]
    return [
        line
        for line in lines
        if sought.person in line.by and sought.subject in line.subject and sought.verb in line.verb
    ]


def _file(what: str, lines: Sequence[Line]) -> HttpResponse:
    body = [
        (line.at.isoformat(), line.by, line.verb, line.subject, line.why, line.detail, line.record or "")
        for line in lines
    ]
    return attachment(csv_table([_COLUMNS, *body]), f"{what}.csv")
