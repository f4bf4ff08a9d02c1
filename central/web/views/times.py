"""The times no rule may settle: which taps wait for a person, what is known of one, and the decision."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from central.errors import CentralError
from central.store.evidence import Evidence
from central.store.models import Staff, Student, Tap
from central.web import clock
from central.web.access import rooms_seen_by
from central.web.dates import written_instant
from central.web.sending import REFUSED
from central.work import rights, time_review
from central.work.time_bracket import Entry, needs_a_person
from central.work.time_case import case, with_holders
from central.work.time_review import Word


def times_of(staff: Staff) -> QuerySet[Tap]:
    """Return the taps that wait for a person, those of the own rooms only where that is all one sees."""
    return _seen_by(staff, time_review.queue(staff.school))


def times(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the taps whose time a person must decide; a posted form says when a staff tap attested it."""
    status = 200
    rooms = _rooms(staff)
    seen = time_review.anchors(staff.school)
    anchors = [row for row in seen if rooms is None or row.station.room_id in rooms]
    if request.method == "POST":
        named = [row for row in anchors if str(row.pk) == request.POST.get("anchor")]
        if not named:
            raise Http404
        entry = Entry(named[0].station, named[0].epoch, named[0].sequence)
        try:
            _decide(request, staff, entry, is_anchor=True)
        except CentralError as error:
            messages.error(request, str(error))
            status = REFUSED
        else:
            messages.success(request, _("Kept. The taps around it are timed anew within seconds."))
            return redirect("times")
    page = {
        "lines": [_line(tap, of) for tap, of in with_holders(times_of(staff))],
        "anchors": anchors,
        "may_decide": rights.may_decide_times(staff, clock.today(staff.school)),
    }
    return render(request, "web/times.html", page, status=status)


def _line(tap: Tap, of: Sequence[Student | Staff]) -> dict[str, object]:
    why = _(time_review.why(tap))
    return {"tap": tap, "holders": of, "why": why, "may_be_said": needs_a_person(tap)}


def time(request: HttpRequest, staff: Staff, station: str, epoch: int, sequence: int) -> HttpResponse:
    """Show everything known about one tap; a posted form decides its time."""
    rows = _seen_by(staff, Tap.objects.filter(school=staff.school))
    rows = rows.select_related("station__room", "station__school", "school")
    tap = get_object_or_404(rows, station=station, epoch=epoch, sequence=sequence)
    if not needs_a_person(tap):
        return redirect("times")
    status = 200
    if request.method == "POST":
        try:
            _decide(request, staff, Entry(tap.station, tap.epoch, tap.sequence))
        except CentralError as error:
            messages.error(request, str(error))
            status = REFUSED
        else:
            messages.success(request, _("Decided. The tap is judged anew within seconds."))
            return redirect("times")
    page = {
        "tap": tap,
        "case": case(tap, Evidence(settings.CONFIG.evidence_at)),
        "may_decide": rights.may_decide_times(staff, clock.today(staff.school)),
        "since": request.POST.get("since", ""),
        "until": request.POST.get("until", ""),
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "web/time.html", page, status=status)


def _decide(request: HttpRequest, staff: Staff, entry: Entry, *, is_anchor: bool = False) -> None:
    """Carry out the form; raises CentralError with nothing written."""
    zone = ZoneInfo(staff.school.time_zone)
    form = request.POST
    since_at, until_at = _instant(form.get("since", ""), zone, 0), _instant(form.get("until", ""), zone, 1)
    word = Word(since_at, until_at, staff, form.get("reason", ""), is_anchor)
    config = settings.CONFIG
    time_review.decide(entry, word, clock.now(), Evidence(config.evidence_at), time_review.retimer(config))


def _instant(text: str, zone: ZoneInfo, fold: int) -> datetime:
    """Read a time of the school's clocks; in the hour that comes twice the wider reading counts."""
    try:
        return written_instant(text, zone, fold)
    except ValueError as error:
        raise CentralError(_("Say from when to when, with date and time.")) from error


def _seen_by(staff: Staff, taps: QuerySet[Tap]) -> QuerySet[Tap]:
    rooms = _rooms(staff)
    return taps if rooms is None else taps.filter(station__room__in=rooms)


def _rooms(staff: Staff) -> set[int] | None:
    return rooms_seen_by(staff, clock.today(staff.school))
