"""Whose proof is missing or ends soon, and how many days are held back for it."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from central.reports.eligibility_desk import SOON_DAYS, Proofs, counted, days_of, held_back, proofs
from central.store.models import SchoolYear, Staff, Student
from central.web import clock
from central.web.years import year_asked
from central.work import viewings

_PAGE = 50


def eligibility_list(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the students of today with a proof missing or ending, and the days held back so far."""
    today = clock.today(staff.school)
    if wanted := request.GET.get("open", "").strip():
        if Student.objects.filter(school=staff.school, number=wanted).exists():
            return redirect("eligibility", wanted)
        messages.error(request, _("There is no student of this number; leading zeros count."))
    viewings.note(staff, viewings.Seen("eligibility-list", on=today), clock.now())
    year = year_asked(request, staff.school, today)
    page: dict[str, object] = {
        "year": year,
        "today": today,
        "soon": SOON_DAYS,
        "kept_since": staff.school.facts_kept_since,
    }
    if year is not None and staff.school.facts_kept_since is not None:
        every = proofs(year, today)
        rule = request.GET.get("rule", "")
        page |= {"every": every, "rules": sorted(counted(every).items()), "rule": rule}
        page |= _lines(request, year, [one for one in every if _is_kept(one, rule)], staff)
    return render(request, "web/eligibility_list.html", page)


def _is_kept(one: Proofs, rule: str) -> bool:
    return not rule or any(found.rule == rule for found in one.missing)


def _lines(
    request: HttpRequest, year: SchoolYear, chosen: Sequence[Proofs], staff: Staff
) -> dict[str, object]:
    today = clock.today(staff.school)
    shown = Paginator(chosen, _PAGE).get_page(request.GET.get("page"))
    numbers = [one.student for one in shown]
    people = {
        person.number: person for person in Student.objects.filter(school=staff.school, number__in=numbers)
    }
    held = held_back(year, numbers, today, clock.now())
    lines = [(people[one.student], one, days_of(held.get(one.student, ()))) for one in shown]
    return {"shown": shown, "lines": lines}
