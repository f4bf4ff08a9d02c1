"""The page of paper sheets: a file chosen, what came in so far, and what somebody must still say."""

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from central.errors import CentralError
from central.exchange.named_file import NamedFile
from central.exchange.sheets.line import MOST_BYTES
from central.store.models import PaperBatch, PaperSheet, Staff
from central.web import clock
from central.web.access import sections_seen_by
from central.web.paper_access import batches_seen_by
from central.web.sending import REFUSED, send
from central.work import paper_files, paper_mappings
from central.work.tool_rights import Right, Tool, may

_PAGE = 50


def paper(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the files taken in; a posted one is put aside, and looked at on a page of its own."""
    status = 200
    if request.method == "POST":
        found: list[str] = []
        if send(request, lambda: found.append(_put_aside(request)), _("Nothing is written yet.")):
            return redirect(found[0])
        status = REFUSED
    today = clock.today(staff.school)
    page = {
        "page": Paginator(_batches(staff), _PAGE).get_page(request.GET.get("page")),
        "sections": sections_seen_by(staff, today).order_by("code"),
        "mappings": paper_mappings.mappings(staff.school),
        "may_take": may(staff, Tool.PAPER, Right.ADD),
        "most_mib": MOST_BYTES // 1024 // 1024,
        "form": request.POST,
    }
    return render(request, "web/paper.html", page, status=status)


def _batches(staff: Staff) -> QuerySet[PaperBatch]:
    sheets = Prefetch("sheets", PaperSheet.objects.select_related("section").order_by("on"))
    rows = batches_seen_by(staff, clock.today(staff.school))
    rows = rows.select_related("imported_by", "withdrawal").prefetch_related(sheets)
    return rows.annotate(kept=Count("sheets__scans", distinct=True)).order_by("-pk")


def _put_aside(request: HttpRequest) -> str:
    """Keep the posted file until it is accepted, and return where it is looked at."""
    sent, form = request.FILES.get("file"), request.POST
    if sent is None or not sent.size or sent.size > MOST_BYTES:
        most = {"most": MOST_BYTES // 1024 // 1024}
        raise CentralError(_("Choose a file of at most %(most)s MB.") % most)
    name = (sent.name or "sheet").replace("\\", "/").rsplit("/", 1)[-1][:200]
    file = NamedFile(name, sent.read())
    paper_files.put_aside(settings.CONFIG.data, file, clock.now())
    asked = {"file": file.sha256, "name": name}
    asked |= {key: form[key].strip() for key in ("section", "sheet", "mapping") if form.get(key, "").strip()}
    return f"{reverse('paper-file')}?{urlencode(asked)}"
