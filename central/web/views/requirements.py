"""The requirements the school answers for: how each stands, on what, and what must be brought by when."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from central.errors import CentralError
from central.exchange.named_file import NamedFile
from central.register import render as written
from central.register.counted import newest
from central.register.evidence import Kept, bring, withdraw
from central.register.register import Register
from central.register.standing import Standing, State
from central.register.table import Row, rows, tables
from central.store.models import RequirementEvidence, Staff
from central.web import clock
from central.web.dates import date_in, written_date
from central.web.downloads import attachment
from central.web.sending import REFUSED
from central.work import documents, viewings
from central.work.tool_rights import Right, Tool, may

_LARGEST = 20_000_000
_UNSAFE = re.compile(r"[^\w.-]+", re.ASCII)
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Listed:
    """One table of the register with those of its rows that are asked for."""

    title: str
    about: str
    columns: Sequence[str]
    rows: Sequence[Standing]


def requirements(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show how every requirement stands; a posted form brings evidence for one, or withdraws it."""
    if request.method == "POST":
        row = _row(request.POST.get("row", ""))
        try:
            said = _carry_out(request, staff, row)
        except CentralError as error:
            messages.error(request, str(error))
            return _page(request, staff, row, status=REFUSED)
        messages.success(request, said)
        return redirect(f"{reverse('requirements')}?row={row.key}")
    named = request.GET.get("row", "")
    return _page(request, staff, _row(named) if named else None)


def _row(key: str) -> Row:
    found = rows().get(key)
    if found is None:
        raise Http404
    return found


def _carry_out(request: HttpRequest, staff: Staff, row: Row) -> str:
    """Carry out the form; raises CentralError with nothing written."""
    form, now = request.POST, clock.now()
    if form.get("do") == "withdraw":
        if not may(staff, Tool.REQUIREMENTS, Right.WRITE):
            raise PermissionDenied
        withdraw(row, staff, now, form.get("reason", ""))
        return _("It is withdrawn; what was brought stays on file with your reason.")
    since = _date(form.get("since", "")) or clock.today(staff.school)
    valid = (since, _date(form.get("until", "")))
    bring(row, staff, now, says=form.get("says", ""), document=_document(request), valid=valid)
    return _("It is on file under your name.")


def _date(text: str) -> date | None:
    try:
        return written_date(text) if text else None
    except ValueError as error:
        raise CentralError(_("Write the days it holds as dates.")) from error


def document(request: HttpRequest, staff: Staff, digest: str) -> HttpResponse:
    """Hand out a document that was brought with its file, as it came; who takes it is noted."""
    brought = RequirementEvidence.objects.filter(school=staff.school, sha256=digest).order_by("-pk").first()
    data = documents.read(settings.CONFIG.data, digest) if brought else None
    if brought is None or data is None:
        raise Http404
    if request.method == "GET":
        viewings.note(staff, viewings.Seen("requirement-document"), clock.now())
    named = _UNSAFE.sub("_", brought.document.rpartition(": ")[2])[-_LONGEST_NAME:]
    return attachment(data, named or digest, "application/octet-stream")


def _document(request: HttpRequest) -> Kept:
    """Return where the document is kept; the file that was chosen stays here only if that is asked for."""
    place = request.POST.get("document", "")
    chosen = request.FILES.get("file")
    if chosen is None:
        return Kept(place)
    if chosen.size is None or chosen.size > _LARGEST:
        raise CentralError(_("The file is too large to be looked at here; name where it is kept."))
    handed = NamedFile(chosen.name or "", chosen.read())
    if request.POST.get("keep"):
        documents.keep(settings.CONFIG.data, handed)
    return Kept(": ".join(part for part in (place.strip(), handed.name) if part), handed.sha256)


def _page(request: HttpRequest, staff: Staff, row: Row | None, status: int = 200) -> HttpResponse:
    today = clock.today(staff.school)
    as_of = min(date_in(request.GET.get("as-of", ""), today), today)
    found, counted_at = newest(settings.CONFIG.data, staff.school, as_of, clock.now())
    state, table = request.GET.get("state", ""), request.GET.get("table", "")
    shown = [
        each
        for each in found.rows
        if state in {"", each.answer.state.value}
        and table in {"", each.row.table}
        and (row is None or each.row == row)
    ]
    if request.GET.get("form") == "csv":
        return _file(found, shown)
    counts = Counter(each.answer.state for each in found.rows)
    page = {
        "register": found,
        "as_of": as_of,
        "counted_at": counted_at,
        "counts": [(each.value, _(each.value), counts[each]) for each in State],
        "state": state,
        "table": table,
        "tables": tables(),
        "lists": _lists(shown),
        "due": _due(found, as_of),
        "row": row,
        "address": request.GET.urlencode(),
        "form": request.POST,
    }
    if row is not None:
        page |= _of_one(staff, row, shown)
    return render(request, "web/requirements.html", page, status=status)


def _lists(shown: Sequence[Standing]) -> list[Listed]:
    lists = [
        Listed(each.title, each.about, each.columns, [one for one in shown if one.row.table == each.name])
        for each in tables()
    ]
    return [each for each in lists if each.rows]


def _due(found: Register, as_of: date) -> list[Standing]:
    """Return what still has to be brought, the earliest day first."""
    open_rows = [each for each in found.rows if each.due and each.answer.state is not State.MET]
    return sorted(open_rows, key=lambda each: (each.due or as_of, each.row.key))


def _of_one(staff: Staff, row: Row, shown: Sequence[Standing]) -> dict[str, object]:
    """Return what the page of one row has besides."""
    kept = RequirementEvidence.objects.filter(school=staff.school, row=row.key).select_related("by")
    may_bring = row.needs is not None and may(staff, Tool.REQUIREMENTS, Right.ADD)
    return {
        "one": shown[0] if shown else None,
        "brought": [
            (each, documents.is_kept(settings.CONFIG.data, each.sha256)) for each in kept.order_by("-pk")
        ],
        "may_bring": may_bring,
        "facts": list(written.one(shown[0]))[2:] if shown else [],
    }


def _file(found: Register, shown: Sequence[Standing]) -> HttpResponse:
    name = f"requirements_as-of_{found.as_of}.csv"
    return attachment(written.csv(found, shown), name)
