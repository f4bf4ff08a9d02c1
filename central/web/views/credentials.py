"""The cards: whose the unknown ones are, and every step of a known one from hand to hand."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from central.errors import CentralError
from central.store import lookup
from central.store.models import Credential, Staff, Station, Student
from central.store.queries.student_search import matching
from central.store.queries.unknown_cards import UnknownCard
from central.web import clock
from central.web.sending import REFUSED
from central.web.views import credential_forms
from central.work import credential_verbs, learn_card, viewings
from central.work.credential_verbs import Act, Done, handle
from central.work.learn_card import Waiting
from central.work.tool_rights import Right, Tool, may
from central.work.viewings import Seen

_ON_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class CardLine:
    """A card by the name people call it."""

    handle: str
    card: UnknownCard | Credential


def credentials(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show the cards nobody is known to hold, those given out, and the forms of every step."""
    if request.method == "POST":
        try:
            return _carried_out(request, staff)
        except CentralError as error:
            messages.error(request, str(error))
            return _page(request, staff, REFUSED)
    if request.headers.get("HX-Request") != "true":
        # Not once more every three seconds while a card is awaited.
        viewings.note(staff, Seen("credentials"), clock.now())
    return _page(request, staff)


def _carried_out(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Carry out the form; raises CentralError with nothing written."""
    form = request.POST
    act = Act(staff, clock.now(), clock.today(staff.school), form.get("reason", ""))
    if form.get("verb") == "wait":
        student = credential_forms.student(staff, form)
        station = lookup.station(form.get("station", "")).code
        asked = urlencode({"for": student.number, "at": station, "from": str(int(act.at.timestamp() * 1000))})
        return redirect(f"{reverse('credentials')}?{asked}#tap")
    done = credential_forms.carried_out(form, act)
    _tell(request, done)
    return redirect("credentials")


def _tell(request: HttpRequest, done: Done) -> None:
    """Say what a step did, and what of it is somebody else's to settle."""
    held = done.credential
    said = _("Card %(card)s: %(holder)s, %(since)s to %(until)s.") % {
        "card": handle(bytes(held.token)),
        "holder": held.student or held.staff,
        "since": f"{held.since:%m/%d/%Y}",
        "until": f"{held.until:%m/%d/%Y}" if held.until else _("now"),
    }
    waiting = ngettext(
        "%(n)d earlier tap is judged anew within seconds.",
        "%(n)d earlier taps are judged anew within seconds.",
        done.taps.waiting,
    ) % {"n": done.taps.waiting}
    messages.success(request, f"{said} {waiting}" if done.taps.waiting else said)
    if done.taps.signed:
        told = ngettext(
            "%(n)d tap stands behind a signed record; its teacher corrects that.",
            "%(n)d taps stand behind signed records; their teachers correct those.",
            done.taps.signed,
        )
        messages.warning(request, told % {"n": done.taps.signed})


def _page(request: HttpRequest, staff: Staff, status: int = 200) -> HttpResponse:
    on = clock.today(staff.school)
    asked = request.GET.get("q", "")[:100]
    rows = Paginator(_given_out(staff, on, asked), _ON_A_PAGE)
    lines = rows.get_page(request.GET.get("page"))
    waiting = _waiting(request, staff)
    seen = learn_card.lately(staff.school, on)
    page = {
        "on": on,
        "asked": asked,
        "address": urlencode({"q": asked}),
        "unknown": [CardLine(handle(card.token), card) for card in seen[:_ON_A_PAGE]],
        "unknown_count": len(seen),
        "lines": lines,
        "cards": [CardLine(handle(bytes(row.token)), row) for row in lines],
        "stations": Station.objects.filter(school=staff.school, retired_at=None).select_related("room"),
        "may_add": may(staff, Tool.CREDENTIALS, Right.ADD),
        "may_change": may(staff, Tool.CREDENTIALS, Right.WRITE),
        "longest": credential_verbs.longest_loan(staff.school, on).days,
        **waiting,
    }
    is_looking = request.headers.get("HX-Request") == "true" and bool(waiting)
    return render(request, "web/_tapped.html" if is_looking else "web/credentials.html", page, status=status)


def _given_out(staff: Staff, on: date, asked: str) -> QuerySet[Credential]:
    """Return the cards in somebody's hands, the lent ones first, those of the people a text fits."""
    rows = (
        Credential.objects.filter(school=staff.school)
        .exclude(until__lt=on)
        .select_related("student", "staff")
    )
    if asked.strip():
        people = Q(student__in=matching(Student.objects.filter(school=staff.school), asked)[:500])
        rows = rows.filter(people | Q(staff__number=asked.strip()))
    return rows.order_by(
        "-is_temporary", "student__family_name", "student__given_name", "staff__number", "pk"
    )


def _waiting(request: HttpRequest, staff: Staff) -> dict[str, object]:
    """Return whose card is awaited where, and which unknown ones came meanwhile; nothing where none is."""
    asked = request.GET
    since_ms = asked.get("from", "")
    student = Student.objects.filter(school=staff.school, number=asked.get("for", "")).first()
    station = (
        Station.objects.filter(school=staff.school, code=asked.get("at", "")).select_related("room").first()
    )
    if not (student and station and since_ms.isdecimal() and len(since_ms) < len("10000000000000")):
        return {}
    since_at = datetime.fromtimestamp(int(since_ms) / 1000, UTC)
    waiting = Waiting(station.code, since_at)
    tapped = learn_card.just_tapped(staff.school, clock.today(staff.school), waiting)
    return {
        "awaited": student,
        "awaited_at": station,
        "until_at": since_at + learn_card.WINDOW,
        "is_over": clock.now() > since_at + learn_card.WINDOW,
        "tapped": [CardLine(handle(card.token), card) for card in tapped],
        "here_address": request.get_full_path(),
    }
