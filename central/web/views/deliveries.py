"""The deliveries to the student information system: how far each class is, and one record's way."""

from dataclasses import dataclass
from datetime import timedelta

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from central.store.models import AttendanceRecord, Staff
from central.store.queries import deliveries as ways
from central.store.queries.deliveries import Records, Way
from central.web import clock
from central.web.dates import date_in
from central.work import viewings
from central.work.viewings import Seen

_PAGE = 50
_SHOWN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Choice:
    """One count, which is also the way to the records behind it."""

    way: Way
    count: int
    is_chosen: bool


def deliveries(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show the classes of some days and how far their records are, or the records that are so far."""
    today = clock.today(staff.school)
    until = date_in(request.GET.get("until", ""), today)
    since = date_in(request.GET.get("since", ""), until - _SHOWN)
    chosen = _way(request.GET.get("state", ""))
    records = AttendanceRecord.objects.filter(school=staff.school, on__range=(since, until))
    counts = ways.counted(records)
    page = {
        "since": since,
        "until": until,
        "chosen": chosen,
        "choices": [Choice(way, count, way is chosen) for way, count in counts.items()],
        "total": sum(counts.values()),
    }
    if chosen:
        return render(request, "web/deliveries.html", page | _records(request, staff, records, chosen))
    shown = Paginator(ways.by_session(records), _PAGE).get_page(request.GET.get("page"))
    return render(request, "web/deliveries.html", page | {"page": shown})


def delivery(request: HttpRequest, staff: Staff, record: int) -> HttpResponse:
    """Show the way of one record: each sending, its answer, what was read back, and each decision."""
    rows = AttendanceRecord.objects.filter(school=staff.school).select_related("student", "section")
    found = get_object_or_404(rows, pk=record)
    viewings.note(staff, Seen("delivery", student=found.student, on=found.on), clock.now())
    way = ways.with_way(AttendanceRecord.objects.filter(pk=found.pk)).values_list("way", flat=True).first()
    page = {
        "record": found,
        "way": way,
        "deliveries": ways.of_record(found.pk),
        "decisions": found.decisions.select_related("by").order_by("pk"),
    }
    return render(request, "web/delivery.html", page)


def _records(request: HttpRequest, staff: Staff, records: Records, chosen: Way) -> dict[str, object]:
    rows = ways.with_way(records).filter(way=chosen).select_related("student", "section")
    ordered = rows.order_by("-on", "section__code", "student__family_name", "student__given_name", "pk")
    shown = Paginator(ordered, _PAGE).get_page(request.GET.get("page"))
    viewings.note_all(staff, "deliveries", (row.student for row in shown), clock.now())
    return {"page": shown}


def _way(text: str) -> Way | None:
    if not text:
        return None
    try:
        return Way(text)
    except ValueError as error:
        raise Http404 from error
