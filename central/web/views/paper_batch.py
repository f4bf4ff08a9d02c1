"""The page of a batch of paper: its sheets with their classes and scans, how it was read, taking it back."""

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from central.errors import CentralError
from central.exchange.named_file import NamedFile
from central.store.models import AttendanceRecord, PaperBatch, PaperLine, PaperWithdrawal, Staff
from central.web import clock
from central.web.paper_access import left_seen_by, sheets_seen_by
from central.web.sending import REFUSED, date_of, send
from central.work import paper_scans, paper_withdrawal, viewings
from central.work.tool_rights import Right, Tool, may

_PAGE = 50


def paper_batch(request: HttpRequest, staff: Staff, batch: int) -> HttpResponse:
    """Show what came in at once; a posted form attaches the paper of a sheet, or takes the batch back."""
    found = PaperBatch.objects.filter(school=staff.school, pk=batch).select_related("imported_by").first()
    if found is None:
        raise Http404
    sheets = sheets_seen_by(staff, found, clock.today(staff.school))
    if not (sheets.exists() or found.imported_by == staff):
        raise Http404
    status = 200
    if request.method == "POST":
        if _sent(request, found, staff):
            return redirect("paper-batch", batch=batch)
        status = REFUSED
    return render(request, "web/paper_batch.html", _shown(request, found, staff), status=status)


def _sent(request: HttpRequest, batch: PaperBatch, staff: Staff) -> bool:
    form, now = request.POST, clock.now()
    if form.get("verb") == "withdraw":
        why = form.get("why", "")
        said = _("Withdrawn. What stays is listed below.")
        return send(request, lambda: paper_withdrawal.withdraw(batch, staff, why, now), said)
    return send(request, lambda: _attach(request, batch, staff), _("The paper is on record."))


def _attach(request: HttpRequest, batch: PaperBatch, staff: Staff) -> None:
    form, sent = request.POST, request.FILES.get("scan")
    chosen = sheets_seen_by(staff, batch, clock.today(staff.school))
    if form.get("sheet"):
        chosen = chosen.filter(pk=form["sheet"]) if form["sheet"].isdigit() else chosen.none()
    if not chosen:
        raise CentralError(_("Choose a sheet of the list."))
    picture = None
    if isinstance(sent, UploadedFile):
        name = (sent.name or "scan").replace("\\", "/").rsplit("/", 1)[-1][:200]
        picture = NamedFile(name, sent.read(paper_scans.MOST_BYTES + 1))
    on = date_of(form, "collected_on")
    paper = paper_scans.Paper(form.get("collected_by", ""), on, form.get("kept", ""), picture)
    paper_scans.attach(chosen, paper, staff, clock.now(), settings.CONFIG.data)


def _shown(request: HttpRequest, batch: PaperBatch, staff: Staff) -> dict[str, object]:
    withdrawal = PaperWithdrawal.objects.filter(batch=batch).select_related("by").first()
    sheets = (
        sheets_seen_by(staff, batch, clock.today(staff.school))
        .select_related("section")
        .prefetch_related("scans__by")
    )
    lines = Count("lines", filter=~Q(lines__outcome=PaperLine.Outcome.WITHDRAWN))
    rows = sheets.annotate(standing=lines).order_by("on", "section__code")
    return {
        "batch": batch,
        "withdrawal": withdrawal,
        "left": _left(withdrawal, staff),
        "page": Paginator(rows, _PAGE).get_page(request.GET.get("page")),
        "choices": sorted(dict(batch.choices).items()),
        "counts": sorted(dict(batch.counts).items()),
        "may_attach": may(staff, Tool.PAPER, Right.ADD) and withdrawal is None,
        "may_withdraw": may(staff, Tool.PAPER, Right.DELETE) and withdrawal is None,
        "today": clock.today(staff.school),
        "form": request.POST,
    }


def _left(withdrawal: PaperWithdrawal | None, staff: Staff) -> list[tuple[AttendanceRecord, str]]:
    """Return the records that stayed, with why; whoever reads their names is noted."""
    left = left_seen_by(staff, withdrawal, clock.today(staff.school))
    viewings.note_all(staff, "paper batch", [record.student for record, _why in left], clock.now())
    return left
