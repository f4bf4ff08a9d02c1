"""Closed days and the requests to the state for them: where each stands, and what it is worth."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from central.domain.calendar import SchoolYear as Year
from central.domain.closure import Credit, RequestKind, RequestState, StateRequest, Views
from central.domain.errors import DomainError
from central.domain.finding import Finding
from central.domain.period import PERIODS
from central.errors import CentralError
from central.exchange.named_file import NamedFile
from central.law.emergency import credit, days_of_attendance_credited, may_become
from central.law.emergency_findings import findings_on_decrease, findings_on_plans, findings_on_state
from central.reports.j13a_sheets import effect_table
from central.reports.request_effect import Effect
from central.store.models import SchoolYear, Staff, StateRequestStep
from central.store.queries.closures import closed_days, requests
from central.web import clock
from central.web.dates import written_date
from central.web.tables import Table, from_rows
from central.web.views import closure_papers
from central.work.closure_steps import Step, take_step
from central.work.closures import Wish, begin, replace_days
from central.work.recovery_act import Act
from central.work.tool_rights import Right, Tool, may

_CONFLICT = 409
_LARGEST = 2_000_000
_DAYS_FILE = "days.csv"


@dataclass(frozen=True, slots=True)
class Line:
    """One request: what it asks for, its steps, what it may become, and what is to be said about it."""

    request: StateRequest
    steps: Sequence[StateRequestStep]
    may_become: Sequence[RequestState]
    findings: Sequence[Finding]

    @property
    def minutes(self) -> int:
        """The minutes it asks for."""
        return sum(day.minutes for day in self.request.days)


@dataclass(frozen=True, slots=True)
class Worth:
    """What the requests are worth to one track: closed days and minutes, and days of attendance."""

    track: str
    closed: Sequence[date]
    credit: Views[Credit]
    attendance: Views[str]


def closures(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show a year's closures and requests; a posted form drafts a request or takes it a step further."""
    year = _year(request, staff)
    if request.method == "POST":
        if year is None:
            raise Http404
        try:
            said = _carry_out(request, staff, year)
        except (CentralError, DomainError) as error:
            messages.error(request, str(error))
            return _page(request, staff, year, status=_CONFLICT)
        messages.success(request, said)
        return redirect(f"{reverse('closures')}?year={year.name}")
    if year is not None:
        effect = closure_papers.effect_asked(request, year)
        if (file := closure_papers.sheets(request, year, effect)) is not None:
            return file
        return _page(request, staff, year, effect=effect)
    return _page(request, staff, year)


def _year(request: HttpRequest, staff: Staff) -> SchoolYear | None:
    years = SchoolYear.objects.filter(school=staff.school).select_related("school").order_by("-name")
    name = request.GET.get("year", "")
    if name and not years.filter(name=name).exists():
        raise Http404
    return years.filter(name=name).first() if name else years.first()


def _carry_out(request: HttpRequest, staff: Staff, year: SchoolYear) -> str:
    """Carry out the form; raises CentralError with nothing written."""
    form = request.POST
    act, code = Act(staff, clock.now(), form.get("reason", "")), form.get("code", "").strip()
    what = form.get("do")
    if what == "draft":
        if form.get("kind") not in set(RequestKind):
            raise CentralError(_("Say what kind of request it is."))
        wish = Wish(
            code=code,
            kind=RequestKind(form["kind"]),
            cause=form.get("cause", "").strip(),
            is_emergency_declared=bool(form.get("declared")),
            continuity_plan_on=_date(form["plan-on"]) if form.get("plan-on") else None,
        )
        begin(year, wish, _days(request), act)
        return _("It is drafted. File it after its last day.")
    if what == "days":
        replace_days(year, code, _days(request), act)
        return _("Its days are replaced.")
    if what != "step" or form.get("state") not in set(RequestState):
        raise CentralError(_("The form names an action that does not exist; reload the page."))
    on = _date(form.get("on", ""))
    step = Step(code=code, state=RequestState(form["state"]), on=on, evidence=form.get("evidence", ""))
    take_step(year, step, act)
    return _("The step is on file.")


def _date(text: str) -> date:
    try:
        return written_date(text)
    except ValueError as error:
        raise CentralError(_("Write days like 2024-12-23.")) from error


def _days(request: HttpRequest) -> NamedFile:
    """Return the days as a file was chosen, or as they were typed."""
    chosen = request.FILES.get("file")
    if chosen is None:
        return NamedFile(_DAYS_FILE, request.POST.get("days", "").encode())
    if chosen.size is None or chosen.size > _LARGEST:
        raise CentralError(_("The file is too large for the days of one request."))
    return NamedFile((chosen.name or _DAYS_FILE)[:200], chosen.read())


def _page(
    request: HttpRequest,
    staff: Staff,
    year: SchoolYear | None,
    status: int = 200,
    effect: Effect | None = None,
) -> HttpResponse:
    page: dict[str, object] = {
        "year": year,
        "years": SchoolYear.objects.filter(school=staff.school).order_by("-name"),
        "may_add": may(staff, Tool.CLOSURES, Right.ADD),
        "may_change": may(staff, Tool.CLOSURES, Right.WRITE),
        "kinds": list(RequestKind),
        "form": request.POST,
    }
    if year is not None:
        found = requests(year)
        page["lines"] = _lines(year, found)
        page["effects"] = _effects(year, found)
        page["effect"] = effect
        page["table"] = _table(effect) if effect else None
        page["prefilled"] = closure_papers.prefilled(request, year)
        page["prefill"] = request.GET.get("prefill", "")
        page["periods"] = [(word, kind.value) for word, kind in PERIODS.items()]
    return render(request, "web/closures.html", page, status=status)


def _table(effect: Effect) -> Table:
    """Return a request's effect as its papers print it."""
    printed = effect_table(effect)
    return from_rows(
        [_(name) for name in printed.columns], [[_(str(cell)) for cell in row] for row in printed.rows]
    )


def _lines(year: SchoolYear, found: Sequence[StateRequest]) -> list[Line]:
    steps: dict[str, list[StateRequestStep]] = {}
    rows = StateRequestStep.objects.filter(request__school_year=year).select_related("request")
    for row in rows.order_by("pk"):
        steps.setdefault(row.request.code, []).append(row)
    return [
        Line(
            each,
            steps.get(each.request, []),
            [state for state in RequestState if may_become(each.state, state)],
            (*findings_on_plans(each), *findings_on_decrease(each), *findings_on_state(each)),
        )
        for each in found
    ]


def _effects(year: SchoolYear, found: Sequence[StateRequest]) -> list[Worth]:
    closed = closed_days(year.school_id, Year(year.name))
    tracks = sorted({*closed, *(day.track for each in found for day in each.days)})
    effects = []
    for code in tracks:
        days = days_of_attendance_credited(found, code)
        attendance = Views(str(days.as_filed), str(days.if_approved))
        effects.append(Worth(code, sorted(closed.get(code, ())), credit(found, code), attendance))
    return effects
