"""The reports: every kind of a year as of a day, what it would be if, and its files to take away."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from central.domain.errors import DomainError
from central.domain.period import Edition
from central.errors import CentralError
from central.reports import render_editions, render_what_if
from central.reports.closing import Signer, close_with_code
from central.reports.editions import editions
from central.reports.files import stamped
from central.reports.kinds import MEDIA_TYPES, SUFFIX, Kind, Report, kinds
from central.reports.period import PeriodReport
from central.reports.snapshots import Filing
from central.reports.what_if import KEYS, Supposition, WhatIf
from central.reports.what_if_report import what_if
from central.store.models import SchoolYear, Staff
from central.web import clock, report_groups, tables
from central.web.dates import date_in, written_date
from central.web.downloads import attachment
from central.web.sending import REFUSED
from central.work.report_schedule_days import states
from central.work.tool_rights import Right, Tool, may
from central.work.viewings import Seen, note

_MOST_LINES = 60
_FORMS = {suffix: form for form, suffix in SUFFIX.items()}
_SAID = {"pdf": "PDF", "xlsx": "XLSX", "csv": "CSV", "json": "JSON", "txt": gettext_lazy("text")}
_IN_EVERY_FORM = ("report.pdf", "report.xlsx", "report.csv", "report.json", "report.txt")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for: a kind of report of a year as of a day, and what to suppose."""

    kind: Kind
    year: SchoolYear
    as_of: date
    suppositions: tuple[str, ...]
    address: str
    """What follows the question mark in the addresses of its files."""

    def make(self) -> Report:
        """Compute the report."""
        return self.kind.make(self.year, self.as_of, clock.now())

    def suppose(self) -> WhatIf:
        """Compute what it would come to."""
        if self.kind.period is None:
            raise CentralError(_("Something can be supposed of P-1, P-2 and Annual only."))
        now, supposed = clock.now(), Supposition.of(self.suppositions)
        return what_if(self.year, self.kind.period, self.as_of, now, supposed)


def reports(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List every report under who asks for it, for one year and as of one day."""
    years = list(SchoolYear.objects.filter(school=staff.school).order_by("-name"))
    wanted = request.GET.get("year")
    year = next((each for each in years if each.name == wanted), None) or next(iter(years), None)
    as_of = date_in(request.GET.get("as-of", ""), clock.today(staff.school))
    dated = f"?as-of={as_of.isoformat()}"
    page = {
        "years": years,
        "year": year,
        "as_of": as_of,
        "dated": dated,
        "asked": dated if request.GET.get("as-of") else "",
        "groups": report_groups.groups(kinds()),
        "forms": [(name, _SAID[name.rpartition(".")[2]]) for name in _IN_EVERY_FORM],
        "schedules": [
            (_title(state.row.kind), state, _(state.row.get_rhythm_display()))
            for state in states(staff.school, clock.now())
        ],
    }
    return render(request, "web/reports.html", page)


def _title(word: str) -> report_groups.Said:
    kind = kinds().get(word)
    return word if kind is None else report_groups.named(kind).title


def report(request: HttpRequest, staff: Staff, year: str, kind: str) -> HttpResponse:
    """Show one report as of a day, or what it would be; a posted form closes it."""
    asked = asked_for(request, staff, year, kind)
    if request.method == "POST":
        try:
            said = _close(request, staff, asked)
        except (CentralError, DomainError) as error:
            messages.error(request, str(error))
            return _page(request, staff, asked, status=REFUSED)
        messages.success(request, said)
        if asked.kind.period:
            return redirect("editions", year, kind)
        return redirect(f"{reverse('report', args=[year, kind])}?as-of={asked.as_of}")
    _note(staff, asked)
    return _page(request, staff, asked)


def download(request: HttpRequest, staff: Staff, year: str, kind: str, name: str) -> HttpResponse:
    """Hand out a report, its proof sheet or its editions as a file."""
    asked = asked_for(request, staff, year, kind)
    stem, _dot, form = name.rpartition(".")
    if form not in _FORMS:
        raise Http404
    try:
        data = _bytes(asked, stem, form)
    except (CentralError, DomainError) as error:
        raise Http404(str(error)) from error
    _note(staff, asked)
    practice = "PRACTICE_" if asked.year.school.is_practice else ""
    file = f"{practice}{kind}_{year}_as-of_{asked.as_of}_{name}"
    charset = "; charset=utf-8" if form in {"csv", "txt"} else ""
    return attachment(data, file, MEDIA_TYPES[form] + charset)


def asked_for(request: HttpRequest, staff: Staff, year: str, kind: str) -> Asked:
    """Return what an address names; a wrong one is a wrong address."""
    found = kinds().get(kind)
    if found is None:
        raise Http404
    of = get_object_or_404(SchoolYear.objects.select_related("school"), school=staff.school, name=year)
    as_of = date_in(request.GET.get("as-of", ""), clock.today(staff.school))
    named = [f"{key}={text.strip()}" for key in KEYS for text in request.GET.getlist(key) if text.strip()]
    address = request.GET.copy()
    address["as-of"] = as_of.isoformat()
    return Asked(found, of, as_of, (*request.GET.getlist("what-if"), *named), address.urlencode())


def _note(staff: Staff, asked: Asked) -> None:
    """Keep that somebody looked at a report that names students."""
    if asked.kind.names_students:
        note(staff, Seen(f"report {asked.kind.word}"), clock.now())


def _bytes(asked: Asked, stem: str, form: str) -> bytes:
    """Return one file of a report; raises Http404 for one it has not."""
    text = _FORMS[form]
    if stem in {"editions", "what-if"} and form in {"pdf", "xlsx"}:
        raise Http404
    if stem == "editions" and asked.kind.period:
        title = (asked.kind.name, asked.year.name)
        return render_editions.render(title, editions(asked.year, asked.kind.period), text).encode()
    if stem == "what-if":
        return next(iter(render_what_if.render(asked.suppose(), text).values())).encode()
    what = (asked.kind, asked.year, asked.as_of)
    if stem == "report":
        return next(iter(stamped(asked.make(), what, _FORMS[form], clock.now()).values()))
    files = stamped(asked.make(), what, "csv", clock.now())
    if f"_{stem}.{form}" not in files:
        raise Http404
    return files[f"_{stem}.{form}"]


def _close(request: HttpRequest, staff: Staff, asked: Asked) -> str:
    """Carry out the form; raises CentralError with nothing written."""
    form = request.POST
    if asked.suppositions:
        raise CentralError(_("A supposition cannot be closed."))
    edition = Edition(form["edition"]) if form.get("edition") in set(Edition) else None
    try:
        audited_on = written_date(form["audited-on"]) if form.get("audited-on") else None
    except ValueError as error:
        raise CentralError(_("Say when the audit was completed as a date.")) from error
    signer = Signer(staff, clock.now(), form.get("code", ""))
    filing = Filing(edition, form.get("reason", ""), audited_on)
    return close_with_code(asked.make(), asked.year, signer, filing)


def _page(request: HttpRequest, staff: Staff, asked: Asked, status: int = 200) -> HttpResponse:
    page: dict[str, object] = {
        "asked": asked,
        "named": report_groups.named(asked.kind),
        "may_close": may(staff, Tool.REPORTS, Right.ADD),
        "editions_there_are": list(Edition),
        "form": request.POST,
    }
    if asked.kind.period:
        given = {key: request.GET.get(key, "") for key in KEYS}
        page["keys"] = [(key, _(KEYS[key]), given[key]) for key in KEYS]
    try:
        page |= _supposed(asked) if asked.suppositions else _made(asked)
    except (CentralError, DomainError) as error:
        page["problem"] = str(error)
        page["may_close"] = False
    return render(request, "web/report.html", page, status=status)


def _made(asked: Asked) -> Mapping[str, object]:
    """Return what a page shows of a report: its own tables for a period, those of its files for others."""
    made = asked.make()
    said = {"is_made": True, "findings": made.findings, "caveats": getattr(made, "caveats", ())}
    if isinstance(made, PeriodReport):
        return {
            **said,
            "report": made,
            "downloads": [*_IN_EVERY_FORM, "proof.csv", "findings.csv", "stamp.csv"],
        }
    files = {_file_name(name): text for name, text in asked.kind.write(made, "csv").items()}
    if asked.kind.has_own_texts:
        parts = [
            (name, tables.from_csv(text, _MOST_LINES))
            for name, text in files.items()
            if name not in {"proof.csv", "findings.csv"}
        ]
    else:
        papers = asked.kind.papers(made)
        parts = [(each.title, tables.from_papers(each, _MOST_LINES)) for each in papers.tables]
    shown = [(name, table) for name, table in parts if table.rows]
    beside = [name for name in files if name != "report.csv"]
    return {**said, "parts": shown, "downloads": [*_IN_EVERY_FORM, *beside, "stamp.csv"]}


def _file_name(suffix: str) -> str:
    return suffix.lstrip("_") if suffix.startswith("_") else f"report{suffix}"


def _supposed(asked: Asked) -> Mapping[str, object]:
    found = asked.suppose()
    text = next(iter(render_what_if.render(found, "csv").values()))
    return {
        "supposed": found,
        "parts": [("what-if.csv", tables.from_csv(text, _MOST_LINES))],
        "downloads": ["what-if.csv", "what-if.json", "what-if.txt"],
        "may_close": False,
    }
