"""The page of paper sheets: read one, look at what each line would do, accept it; the sheets so far."""

import base64
import hashlib

from django.core.paginator import Paginator
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from central.errors import CentralError
from central.exchange.named_file import NamedFile
from central.store.models import PaperLine, PaperSheet, Staff
from central.web import clock
from central.web.access import sections_seen_by
from central.web.dates import date_in
from central.web.sending import REFUSED, send
from central.work import paper as verbs
from central.work.paper import Sheet
from central.work.tool_rights import Right, Tool, may

_PAGE = 50
_MOST_BYTES = 200_000
_SIGNER = Signer(salt="paper sheet")


def paper(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the sheets and their conflicts; a posted form previews a sheet, and a second one accepts it."""
    status = 200
    seen: list[tuple[Sheet, str]] = []
    if request.method == "POST":
        if request.POST.get("accept"):
            if send(
                request, lambda: _accept(request, staff), _("Taken in. Its teacher certifies the records.")
            ):
                return redirect("paper")
        elif send(request, lambda: seen.append(_preview(request, staff)), _("Nothing is written yet.")):
            status = 200
        status = 200 if seen else REFUSED
    today = clock.today(staff.school)
    sheets = PaperSheet.objects.filter(section__in=sections_seen_by(staff, today))
    shown = Paginator(
        sheets.select_related("section", "imported_by").prefetch_related("lines__record").order_by("-pk"),
        _PAGE,
    ).get_page(request.GET.get("page"))
    page = {
        "preview": seen[0][0] if seen else None,
        "kept": seen[0][1] if seen else "",
        "page": shown,
        "sheets": [(row, _conflicts(row)) for row in shown],
        "sections": sections_seen_by(staff, today).order_by("code"),
        "may_take": may(staff, Tool.PAPER, Right.ADD),
        "form": request.POST,
    }
    return render(request, "web/paper.html", page, status=status)


def _conflicts(sheet: PaperSheet) -> int:
    lines = sheet.lines.all()
    conflicts = PaperLine.Outcome.CONFLICTS
    return sum(line.outcome == conflicts and line.mark != line.record.mark for line in lines)


def _preview(request: HttpRequest, staff: Staff) -> tuple[Sheet, str]:
    """Read the sheet and return it with its text signed, so that what is accepted is what was shown."""
    upload = request.FILES.get("file")
    if upload is None or upload.size is None or upload.size > _MOST_BYTES:
        raise CentralError(_("Choose the sheet as a CSV file of at most 200 KB."))
    data = upload.read()
    sheet = _read(request, staff, data)
    return sheet, _SIGNER.sign(base64.urlsafe_b64encode(data).decode())


def _read(request: HttpRequest, staff: Staff, data: bytes) -> Sheet:
    form = request.POST
    on = date_in("", clock.today(staff.school))
    section = sections_seen_by(staff, on).filter(code=form.get("section", "")).first()
    number = form.get("sheet", "").strip()
    if section is None or not number:
        raise CentralError(_("Choose the class, and write the number printed on the sheet."))
    name = f"sheet-{hashlib.sha256(data).hexdigest()[:8]}.csv"
    return verbs.read(NamedFile(name, data), section, number)


def _accept(request: HttpRequest, staff: Staff) -> None:
    try:
        data = base64.urlsafe_b64decode(_SIGNER.unsign(request.POST.get("kept", "")))
    except BadSignature as error:
        raise CentralError(_("The sheet is not the one that was shown; choose it again.")) from error
    verbs.accept(_read(request, staff, data), staff, clock.now())
