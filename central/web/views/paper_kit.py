"""The page of emergency kits: save one for a laptop, take in what one hands over, withdraw one."""

import os

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from central.config import CentralConfig
from central.errors import CentralError
from central.exchange.named_file import NamedFile
from central.store.models import PaperKit, Staff
from central.web import clock
from central.web.downloads import attachment
from central.web.sending import REFUSED
from central.work import kit_hand_over, kits
from central.work.kit_hand_over import Judged
from central.work.tool_rights import Right, Tool, may

_PAGE = 50
_MOST_BYTES = 20_000_000


def paper_kit(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the kits; a posted form saves one, shows or takes in a file, or withdraws a kit."""
    if request.method != "POST":
        return _page(request, staff)
    try:
        if "save" in request.POST:
            return _saved(request, staff)
        if "withdraw" in request.POST:
            why = request.POST.get("why", "")
            kits.withdraw(request.POST["withdraw"], staff, why, clock.now())
            messages.success(request, _("Withdrawn. Nothing more is taken from it."))
            return redirect("paper-kit")
        if "look" in request.POST:
            judged = kit_hand_over.look_at(_config(), _file(request), staff, clock.now())
            return _page(request, staff, judged)
        _take_in(request, staff)
    except CentralError as error:
        messages.error(request, str(error))
        return _page(request, staff, status=REFUSED)
    return redirect("paper-kit")


def _take_in(request: HttpRequest, staff: Staff) -> None:
    done = kit_hand_over.take_in(_config(), _file(request), staff, clock.now())
    if done.is_known:
        messages.info(request, _("This file was taken in before; nothing changed."))
        return
    said = _("Taken in: %(sheets)s sheets, %(records)s new records. Their teachers certify them.")
    messages.success(request, said % {"sheets": done.sheets, "records": done.records})


def _saved(request: HttpRequest, staff: Staff) -> HttpResponse:
    passphrase = request.POST.get("passphrase", "")
    if passphrase != request.POST.get("again", ""):
        raise CentralError(_("The two passphrases differ; nothing was saved."))
    saved = kits.save(_config(), kits.Saving(staff, passphrase, os.urandom), clock.now())
    return attachment(saved.data, saved.name, "application/octet-stream")


def _file(request: HttpRequest) -> NamedFile:
    upload = request.FILES.get("file")
    if upload is None or upload.size is None or upload.size > _MOST_BYTES:
        raise CentralError(_("Choose the file the laptop handed over."))
    return NamedFile((upload.name or "")[:200], upload.read())


def _config() -> CentralConfig:
    config: CentralConfig = settings.CONFIG
    return config


def _page(
    request: HttpRequest, staff: Staff, judged: Judged | None = None, *, status: int = 200
) -> HttpResponse:
    now = clock.now()
    shown = PaperKit.objects.annotate(files=Count("hand_overs")).order_by("-made_at")
    page = {
        "judged": judged,
        "page": Paginator(shown, _PAGE).get_page(request.GET.get("page")),
        "now": now,
        "may_save": may(staff, Tool.KITS, Right.ADD),
        "may_withdraw": may(staff, Tool.KITS, Right.WRITE),
        "may_take": may(staff, Tool.PAPER, Right.WRITE),
    }
    return render(request, "web/paper_kit.html", page, status=status)
