"""The exports: choose a file, see row by row what stands against it, give it out, and fetch it again."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from central.domain.errors import DomainError
from central.errors import CentralError
from central.reports.exports.asking import Ask
from central.reports.exports.kinds import KINDS, Kind, Wanted, ask, make, template_of
from central.reports.exports.oneroster import VERSIONS
from central.store.models import SchoolYear, Staff
from central.web import clock
from central.web.dates import date_in
from central.web.downloads import attachment
from central.web.sending import REFUSED
from central.work import exports as giving
from central.work.exports import Made
from central.work.tool_rights import Right, Tool, may
from central.work.viewings import Seen, note

_ON_A_PAGE = 50
_MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "jsonl": "application/jsonl",
    "zip": "application/zip",
}
_REFUSALS = (CentralError, DomainError)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody chose, and what came of it: an export, or why there is none."""

    kind: Kind
    ask: Ask
    made: Made | None
    problem: str = ""

    @property
    def address(self) -> str:
        """What follows the question mark in the address of this choice."""
        ask = self.ask
        said = {"kind": ask.kind, "year": ask.year.name, "version": ask.version}
        days = {"since": ask.since, "until": ask.until, "as-of": ask.as_of}
        return urlencode(said | {name: on.isoformat() for name, on in days.items()})


def exports(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show the choice, what stands against it and what was given so far; a posted form gives it out."""
    if request.method == "POST":
        chosen = _chosen(request.POST, staff)
        if chosen is None:
            raise Http404
        try:
            said = _give(chosen, staff)
        except _REFUSALS as error:
            messages.error(request, str(error))
            return _page(request, staff, chosen, REFUSED)
        messages.success(request, said)
        return redirect(f"{reverse('exports')}?{chosen.address}#given")
    chosen = _chosen(request.GET, staff)
    if chosen is not None:
        note(staff, Seen(f"exports {chosen.kind.word}"), clock.now())
    return _page(request, staff, chosen)


def exported_file(request: HttpRequest, staff: Staff, identity: int) -> HttpResponse:
    """Hand out a file that was given before, byte for byte."""
    del request
    try:
        row = giving.find(staff.school, identity)
    except CentralError as error:
        raise Http404 from error
    note(staff, Seen(f"exported file {row.kind}"), clock.now())
    media = _MEDIA.get(row.name.rpartition(".")[2], "text/plain; charset=utf-8")
    return attachment(bytes(row.data), row.name, media)


def _give(chosen: Chosen, staff: Staff) -> str:
    """Give an export out and say what became of it; raises CentralError with nothing written."""
    if chosen.made is None:
        raise CentralError(chosen.problem)
    kept = giving.give(chosen.made, staff, clock.now())
    if not kept:
        return _("There is nothing new to give out; no file was written.")
    said = ngettext(
        "%(n)d file is kept and can be saved below.",
        "%(n)d files are kept and can be saved below.",
        len(kept),
    )
    return said % {"n": len(kept)}


def _chosen(asked: QueryDict, staff: Staff) -> Chosen | None:
    """Return what a choice comes to; None where nothing is chosen yet, a wrong one is a wrong address."""
    if not asked.get("kind"):
        return None
    kind = KINDS.get(asked.get("kind", ""))
    if kind is None:
        raise Http404
    wanted = _ask(asked, staff, kind)
    try:
        return Chosen(kind, wanted, make(wanted))
    except _REFUSALS as error:
        return Chosen(kind, wanted, None, str(error))


def _ask(asked: QueryDict, staff: Staff, kind: Kind) -> Ask:
    rows = SchoolYear.objects.filter(school=staff.school).select_related("school")
    year = get_object_or_404(rows, name=asked.get("year", ""))
    since, until, as_of = (
        date_in(asked.get(name, ""), date.min) if asked.get(name) else None
        for name in ("since", "until", "as-of")
    )
    wanted = Wanted(since, until, as_of, asked.get("version", ""))
    return ask(kind, year, wanted, clock.now(), template_of(settings.CONFIG.data, kind.word))


def _page(request: HttpRequest, staff: Staff, chosen: Chosen | None, status: int = 200) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    made = chosen.made if chosen else None
    findings = Paginator(made.findings if made else (), _ON_A_PAGE).get_page(asked.get("page"))
    given = Paginator(giving.given(staff.school), _ON_A_PAGE).get_page(asked.get("given"))
    page = {
        "kinds": KINDS.values(),
        "years": SchoolYear.objects.filter(school=staff.school).order_by("-name"),
        "versions": VERSIONS,
        "chosen": chosen,
        "made": made,
        "asked": asked,
        "findings": findings,
        "is_kept_back": bool(
            made and (made.blocking or (made.is_for_the_state and staff.school.is_practice))
        ),
        "given": given,
        "address": chosen.address if chosen else "",
        "may_give": may(staff, Tool.EXPORTS, Right.ADD),
    }
    return render(request, "web/exports.html", page, status=status)
