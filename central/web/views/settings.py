"""The page of the school's settings: what each means, what it is, and choosing it from a day on."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from central.store.models import SchoolPolicy, Staff
from central.web import clock
from central.web.sending import REFUSED, date_of, send
from central.work.policies import Choice, Policies, choose
from central.work.school_settings import SETTINGS, Kind, Setting
from central.work.tool_rights import Right, Tool, may


@dataclass(frozen=True, slots=True)
class _Line:
    """One setting on the page, with every decision on it, the newest first."""

    setting: Setting
    value: str
    decisions: tuple[SchoolPolicy, ...]

    @property
    def is_number(self) -> bool:
        return self.setting.kind is Kind.NUMBER

    @property
    def is_yes_no(self) -> bool:
        return self.setting.kind is Kind.YES_NO


def settings(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show every setting as it is today; a posted form chooses one from a day on."""
    status = 200
    if request.method == "POST":
        if send(request, lambda: _choose(request, staff), _("Chosen. Days before keep what held for them.")):
            return redirect("settings")
        status = REFUSED
    today = clock.today(staff.school)
    page = {
        "today": today,
        "topics": _topics(staff, today),
        "may_choose": may(staff, Tool.SETTINGS, Right.WRITE),
        "form": request.POST,
    }
    return render(request, "web/settings.html", page, status=status)


def _choose(request: HttpRequest, staff: Staff) -> None:
    form = request.POST
    since = date_of(form, "since")
    wish = Choice(form.get("name", ""), form.get("value", ""), since, form.get("reason", ""))
    choose(wish, staff, clock.now())


def _topics(staff: Staff, today: date) -> list[tuple[str, list[_Line]]]:
    policies = Policies.of(staff.school)
    decided: dict[str, list[SchoolPolicy]] = {}
    for row in SchoolPolicy.objects.filter(school=staff.school).order_by("-since", "-pk"):
        decided.setdefault(row.name, []).append(row)
    lines = [
        _Line(each, policies.text(each.name, today), tuple(decided.get(each.name, ()))) for each in SETTINGS
    ]
    grouped = groupby(lines, key=lambda line: line.setting.topic)
    return [(topic.value, list(of_topic)) for topic, of_topic in grouped]
