"""The dated facts of one student: what each allows, what is missing today, add, correct and withdraw."""

from collections.abc import Mapping
from datetime import date

from django.contrib import messages
from django.forms import CharField, ChoiceField, Field, Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from central.domain.private_fact import words_for
from central.domain.student import FactKind
from central.errors import CentralError
from central.reports.eligibility_desk import days_of, held_back, proofs
from central.store.models import Staff, Student, StudentFact
from central.web import clock, panels
from central.web.access import student_of_school
from central.web.fact_words import FACTS
from central.web.sending import REFUSED
from central.web.years import year_asked
from central.work import viewings
from central.work.fact_entry import FactWish, keep_fact, withdraw_fact
from central.work.tool_rights import Right, Tool, may


class FactForm(Form):
    """One fact; near somebody's health its evidence is chosen and never written."""

    since = panels.day(gettext_lazy("Start Date"), is_needed=True)
    until = panels.day(gettext_lazy("End Date"))
    value = CharField(label=gettext_lazy("Days"), required=False, max_length=2)
    evidence: Field = panels.line(gettext_lazy("Which proof was seen, and where it is kept"))
    why: Field = panels.line(gettext_lazy("Why was it never true?"), is_needed=False)

    def wish(self, kind: FactKind) -> FactWish:
        """Return what the fact is to say."""
        since, until = panels.date_of(self, "since") or date.min, panels.date_of(self, "until")
        value, evidence = panels.text_of(self, "value"), panels.text_of(self, "evidence")
        return FactWish(kind, since, until, value, evidence)


def eligibility(request: HttpRequest, staff: Staff, number: str) -> HttpResponse:
    """Show a student's facts, newest first; a sent panel keeps, corrects or withdraws one."""
    student = student_of_school(staff, number)
    fact = _viewed(request, student)
    kind = FactKind(fact.kind) if fact else _kind(request)
    if request.method != "POST":
        viewings.note(staff, viewings.Seen("eligibility", student=student), clock.now())
        form = _form(kind, fact, None) if kind else None
        return _page(request, staff, student, (kind, fact), form)
    if kind is None:
        messages.error(request, _("Choose which fact it is."))
        return _page(request, staff, student, (None, None), None, REFUSED)
    form = _form(kind, fact, request.POST)
    try:
        done = _done(request, form, staff, student, (kind, fact))
    except CentralError as error:
        form.is_valid()
        form.errors.clear()
        panels.tell(form, error)
        done = None
    if done is None:
        return _page(request, staff, student, (kind, fact), form, REFUSED)
    messages.success(request, done)
    return redirect("eligibility", student.number)


def _done(
    request: HttpRequest,
    form: FactForm,
    staff: Staff,
    student: Student,
    about: tuple[FactKind, StudentFact | None],
) -> str | None:
    """Carry out the panel and say what was done; None where it is not complete."""
    kind, fact = about
    if request.POST.get("do") == "withdraw" and fact is not None:
        withdraw_fact(fact, request.POST.get("why", ""), staff, clock.now())
        return _("The fact is withdrawn; it stays on file as withdrawn.")
    if not form.is_valid():
        return None
    if not keep_fact(student, form.wish(kind), staff, clock.now()):
        return _("Nothing changed: the fact says this already.")
    return _("The fact is kept; days it covers count from now on.")


def _viewed(request: HttpRequest, student: Student) -> StudentFact | None:
    named = request.GET.get("view", "")
    if not named:
        return None
    if not named.isdecimal():
        raise Http404
    return get_object_or_404(StudentFact, student=student, pk=int(named), is_withdrawn=False)


def _kind(request: HttpRequest) -> FactKind | None:
    named = request.GET.get("new", "")
    return FactKind(named) if named in set(FactKind) else None


def _form(kind: FactKind, fact: StudentFact | None, data: QueryDict | None) -> FactForm:
    said: Mapping[str, object] = {}
    if fact is not None:
        said = {"since": fact.since, "until": fact.until, "value": fact.value, "evidence": fact.evidence}
    form = FactForm(data, initial=dict(said))
    for name, withdraws in (("evidence", False), ("why", True)):
        if words := words_for(kind, withdraws=withdraws):
            choices = [("", ""), *((word, word) for word in words)]
            old = form.fields[name]
            form.fields[name] = ChoiceField(label=old.label, required=old.required, choices=choices)
    if kind is not FactKind.PRIOR_RECOVERY_DAYS:
        del form.fields["value"]
    if kind is FactKind.DIPLOMA:
        del form.fields["until"]
    if fact is None:
        del form.fields["why"]
    else:
        form.fields["since"].disabled = True
    return form


def _page(
    request: HttpRequest,
    staff: Staff,
    student: Student,
    about: tuple[FactKind | None, StudentFact | None],
    form: FactForm | None,
    status: int = 200,
) -> HttpResponse:
    kind, fact = about
    today = clock.today(staff.school)
    year = year_asked(request, staff.school, today)
    held = held_back(year, [student.number], today, clock.now()).get(student.number, ()) if year else ()
    rows = list(StudentFact.objects.filter(student=student).order_by("-since", "kind", "-pk"))
    newest: dict[tuple[str, date], int] = {}
    for row in rows:
        newest.setdefault((row.kind, row.since), row.pk)
    may_add, may_write = (may(staff, Tool.ELIGIBILITY, right) for right in (Right.ADD, Right.WRITE))
    page = {
        "student": student,
        "rows": [(row, FACTS[FactKind(row.kind)], newest[row.kind, row.since] == row.pk) for row in rows],
        "proofs": next(iter(proofs(year, today, [student.pk])), None) if year else None,
        "held": held,
        "held_days": days_of(held),
        "kept_since": staff.school.facts_kept_since,
        "today": today,
        "fact": fact,
        "words": FACTS[kind] if kind else None,
        "kind": kind,
        "form": form if form and (may_write if fact else may_add) else None,
        "kinds": list(FACTS.items()),
        "is_choosing": request.GET.get("new") == "" and may_add,
        "base": reverse("eligibility", args=[student.number]),
        "may_add": may_add,
        "may_write": may_write,
    }
    return render(request, "web/eligibility.html", page, status=status)
