"""One record with everything behind it, and one tap with what proves it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from central.reports import record_walk
from central.store.evidence import Evidence
from central.store.models import AttendanceRecord, Staff, StationCertificate, Tap
from central.web import clock
from central.work import viewings
from central.work.viewings import Seen


def trace_record(request: HttpRequest, staff: Staff, record: int) -> HttpResponse:
    """Show a record's decisions, deliveries and evidence, and the numbers it counts in."""
    rows = AttendanceRecord.objects.filter(school=staff.school)
    rows = rows.select_related("student", "section__track", "section__school_year", "section__room")
    found = get_object_or_404(rows, pk=record)
    is_verified = request.GET.get("verify") == "1"
    evidence = Evidence(settings.CONFIG.evidence_at) if is_verified else None
    viewings.note(staff, Seen("trace-record", student=found.student, on=found.on), clock.now())
    counts = record_walk.counted(found)
    page = {
        "record": found,
        "traced": record_walk.traced(found, evidence),
        "is_verified": is_verified,
        "deliveries": record_walk.deliveries(found),
        "counted": counts,
        "why_not": _(counts.why_not) if counts.why_not else "",
        "cells": [(each, _to_month(each)) for each in counts.cells],
    }
    return render(request, "web/trace_record.html", page)


def trace_tap(request: HttpRequest, staff: Staff, station: str, epoch: int, sequence: int) -> HttpResponse:
    """Show one tap: where and when it was, what proves it, and how anybody verifies that without central."""
    rows = Tap.objects.filter(school=staff.school).select_related("station__room", "record__student")
    found = get_object_or_404(rows, station=station, epoch=epoch, sequence=sequence)
    if found.record:
        seen = Seen("trace-tap", student=found.record.student, on=found.on)
        viewings.note(staff, seen, clock.now())
    page = {
        "tap": found,
        "leaf": bytes(found.leaf).hex(),
        "certificate": _certificate(found),
        "width_s": _width_s(found),
    }
    return render(request, "web/trace_tap.html", page)


def _certificate(tap: Tap) -> StationCertificate | None:
    """Return the newest certificate of the tap's day."""
    if tap.on is None:
        return None
    rows = StationCertificate.objects.filter(station=tap.station_id, on=tap.on)
    return rows.order_by("-revision").first()


def _width_s(tap: Tap) -> float | None:
    """Return how wide the interval is the tap was in, in seconds."""
    if tap.earliest_at is None or tap.latest_at is None:
        return None
    return (tap.latest_at - tap.earliest_at).total_seconds()


def _to_month(counted: record_walk.CountedIn) -> str:
    """Return what follows the question mark in the address of the month a record counts in."""
    cell = counted.cell
    named = {"track": cell.track, "span": cell.span.value, "modality": cell.modality.value}
    return urlencode({**named, "month": str(counted.month)})
