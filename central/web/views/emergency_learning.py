"""Learning while school is closed: a class's check-ins and participation by day, hotspots, WIOA partners."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from central.errors import CentralError
from central.store import lookup
from central.store.models import CheckIn, Emergency, HotspotLoan, Participation, Section, Staff, Student
from central.store.queries.emergencies import ClosedDay, closed_for, is_extended
from central.store.timetable import students_placed
from central.web import clock
from central.web.access import sections_seen_by
from central.web.dates import date_in
from central.web.sending import REFUSED, date_of, number_of, send
from central.web.views.emergencies import found
from central.work import emergencies, emergency_learning, emergency_loans, viewings
from central.work.emergency_learning import FROM_AFAR, TookPart, standing
from central.work.emergency_loans import Answered, Told
from central.work.emergency_scope import verdicts_of
from central.work.recovery_act import Act
from central.work.tool_rights import Right, Tool, may
from central.work.viewings import Seen

_MOST_NUMBER = 10**15


@dataclass(frozen=True, slots=True)
class Line:
    """One student of the class on the day: check-ins with their verdicts, and how they took part."""

    student: Student
    check_ins: Sequence[tuple[CheckIn, object]]
    parts: Sequence[Participation]


def learning(request: HttpRequest, staff: Staff, year: str, emergency: str) -> HttpResponse:
    """Show a class on a closed day, hotspots and partners; a posted form keeps a fact about them."""
    row = found(staff, year, emergency)
    closed = closed_for(row)
    days = sorted({day.on for day in closed})
    named = request.POST if request.method == "POST" else request.GET
    on = date_in(named.get("on", ""), _first(days, clock.today(staff.school)))
    sections = _sections(staff, closed, on)
    section = next((each for each in sections if each.code == named.get("section", each.code)), None)
    status = 200
    if request.method == "POST":
        act = Act(staff, clock.now(), request.POST.get("reason", ""))
        if send(
            request,
            lambda: _carry_out(request.POST, row, section, on, act),
            _("It is on file under your name."),
        ):
            query = urlencode({"section": section.code if section else "", "on": on.isoformat()})
            return redirect(f"{reverse('emergency-learning', args=[year, emergency])}?{query}")
        status = REFUSED
    loans = _loans(row)
    if request.method == "GET":
        if section is not None:
            viewings.note(staff, Seen("emergency-learning", section=section, on=on), clock.now())
        viewings.note_all(staff, "emergency-learning", [loan.student for loan, _back in loans], clock.now())
    page = {
        "emergency": row,
        "days": days,
        "on": on,
        "sections": sections,
        "section": section,
        "is_extended": is_extended(row, closed),
        "lines": _lines(row, section, on) if section else [],
        "ways": Participation.Way.choices,
        "loans": loans,
        "changes": _changes(row),
        "may_add": may(staff, Tool.EMERGENCIES, Right.ADD),
        "may_change": may(staff, Tool.EMERGENCIES, Right.WRITE),
        "today": clock.today(staff.school),
        "form": request.POST,
    }
    return render(request, "web/emergency_learning.html", page, status=status)


def _first(days: Sequence[date], today: date) -> date:
    """Return the day people come to look at: today where it is closed, else the last closed one before."""
    past = [on for on in days if on <= today]
    return past[-1] if past else days[0] if days else today


def _sections(staff: Staff, closed: Sequence[ClosedDay], on: date) -> list[Section]:
    tracks = {day.track.pk for day in closed if day.on == on}
    rows = sections_seen_by(staff, on).select_related("school", "track").order_by("code")
    return [row for row in rows if tracks and row.track_id in {None, *tracks}]


def _carry_out(form: QueryDict, row: Emergency, section: Section | None, on: date, act: Act) -> None:
    """Carry out the form; raises CentralError with nothing written."""
    row, what = emergencies.find(row.school_year, row.code), form.get("do")
    if what in _OF_A_CLASS:
        if section is None:
            raise CentralError(_("Choose a class that was closed that day."))
        _OF_A_CLASS[what](form, row, section, on, act)
    elif what in _OF_THE_SCHOOL:
        _OF_THE_SCHOOL[what](form, row, act)
    else:
        raise CentralError(_("The form names an action that does not exist; reload the page."))


def _verify(form: QueryDict, row: Emergency, section: Section, on: date, act: Act) -> None:
    del row
    if form.get("check-in"):
        rows = CheckIn.objects.filter(section=section, on=on, pk=number_of(form, "check-in", _MOST_NUMBER))
        one = rows.select_related("section__school").first()
        if one is None:
            raise CentralError(_("There is no such check-in; reload the page."))
        emergency_learning.verify(one, act, is_verified=form.get("is") == "verified")
        return
    emergency_learning.verify_class(section, on, act)


def _take_part(form: QueryDict, row: Emergency, section: Section, on: date, act: Act) -> None:
    way = form.get("way", "")
    if way not in Participation.Way.values:
        raise CentralError(_("Say how they took part."))
    part = TookPart(Participation.Way(way), form.get("evidence", ""))
    students = [int(text) for text in form.getlist("student") if text.isascii() and text.isdigit()]
    if not students:
        raise CentralError(_("Choose at least one student."))
    emergency_learning.take_part(row, section, on, dict.fromkeys(students, part), act)


def _take_back(form: QueryDict, row: Emergency, section: Section, on: date, act: Act) -> None:
    student = lookup.student(form.get("student", "").strip())
    if student not in students_placed(section, on):
        raise CentralError(_("There is no student of that number in this class."))
    emergency_learning.withdraw_part(row, student, on, form.get("way", ""), act)


def _lend(form: QueryDict, row: Emergency, act: Act) -> None:
    student = lookup.student(form.get("student", "").strip())
    emergency_loans.lend(row, student, form.get("device", ""), date_of(form, "day"), act)


def _give_back(form: QueryDict, row: Emergency, act: Act) -> None:
    loan = emergency_loans.loan_of(row, form.get("device", ""))
    emergency_loans.give_back(loan, date_of(form, "day"), act, is_back=form.get("is") != "lost")


def _tell(form: QueryDict, row: Emergency, act: Act) -> None:
    told = Told(form.get("partner", ""), form.get("what", ""), date_of(form, "day"), form.get("evidence", ""))
    emergency_loans.tell_partner(row, told, act)


def _answer(form: QueryDict, row: Emergency, act: Act) -> None:
    change = emergency_loans.change_of(row, number_of(form, "change", _MOST_NUMBER))
    is_approved = form.get("is") == "approved"
    said = Answered(is_approved, date_of(form, "day"), form.get("who", ""), form.get("evidence", ""))
    emergency_loans.note_answer(change, said, act)


_OF_A_CLASS: Mapping[Any, Any] = {  # Any: forms by what they are called, each of one signature
    "verify": _verify,
    "took-part": _take_part,
    "take-back": _take_back,
}
_OF_THE_SCHOOL: Mapping[Any, Any] = {  # Any: as above
    "lend": _lend,
    "give-back": _give_back,
    "tell-partner": _tell,
    "partner-answer": _answer,
}


def _lines(row: Emergency, section: Section, on: date) -> list[Line]:
    students = students_placed(section, on)
    rows = list(CheckIn.objects.filter(section=section, on=on, way__in=FROM_AFAR).order_by("pk"))
    verdicts = verdicts_of(rows)
    parts = standing(row, on, [student.pk for student in students])
    return [
        Line(
            student,
            [(each, verdicts.get(each.pk)) for each in rows if each.student_id == student.pk],
            [part for (key, _way), part in parts.items() if key == student.pk],
        )
        for student in students
    ]


def _loans(row: Emergency) -> list[tuple[HotspotLoan, object]]:
    loans = row.hotspots.select_related("student").prefetch_related("returns").order_by("pk")
    return [(loan, max(loan.returns.all(), key=lambda each: each.pk, default=None)) for loan in loans]


def _changes(row: Emergency) -> list[tuple[object, object]]:
    changes = row.partner_changes.prefetch_related("answers").order_by("pk")
    return [(each, max(each.answers.all(), key=lambda one: one.pk, default=None)) for each in changes]
