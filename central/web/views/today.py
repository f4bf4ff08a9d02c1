"""The first page: the day's classes and how far their attendance has come."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from central.store.models import AttendanceRecord, Meeting, Section, SessionCertification, Staff
from central.store.timetable import is_taught, meeting_on, placed
from central.web import clock
from central.web.access import sections_seen_by
from central.web.dates import date_in
from central.web.views.times import times_of
from central.work import review
from central.work.tool_rights import Right, Tool, may

_Mark, _Stage = AttendanceRecord.Mark, AttendanceRecord.Stage


@dataclass(frozen=True, slots=True)
class ClassOfTheDay:
    """One class on the page."""

    section: Section
    meeting: Meeting | None
    expected: int
    present: int
    absent: int
    late: int
    certification: SessionCertification | None

    @property
    def needed(self) -> int:
        """How many students have no record yet."""
        return max(0, self.expected - self.present - self.absent)


def today(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show the classes of a day; the address says which, today when it says nothing."""
    now_on = clock.today(staff.school)
    on = date_in(request.GET.get("on", ""), now_on)
    sections = sections_seen_by(staff, on).select_related("room", "track").order_by("code")
    taught = [section for section in sections if is_taught(section, on)]
    page = {
        "here": "today",
        "on": on,
        "is_today": on == now_on,
        "before": on - timedelta(1),
        "after": on + timedelta(1),
        "classes": [_class(section, on) for section in taught],
        "has_sections": bool(sections),
        "times_waiting": times_of(staff).count() if may(staff, Tool.TIMES, Right.READ) else 0,
    }
    return render(request, "web/today.html", page)


def _class(section: Section, on: date) -> ClassOfTheDay:
    """Count one class's records."""
    records = AttendanceRecord.objects.filter(section=section, on=on).exclude(stage=_Stage.REMOVED)
    marks = list(records.values_list("mark", "is_tardy"))
    return ClassOfTheDay(
        section=section,
        meeting=meeting_on(section, on),
        expected=len(placed(section, on)),
        present=sum(mark == _Mark.PRESENT for mark, _ in marks),
        absent=sum(mark == _Mark.ABSENT for mark, _ in marks),
        late=sum(is_tardy for _, is_tardy in marks),
        certification=review.certification(section, on),
    )
