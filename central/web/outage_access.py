"""What of outages concerns somebody: likely ones, classes touched, late entries; for pages and programs."""

from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings

from central.store.models import Staff
from central.web.access import sections_seen_by
from central.work.journal_signs import Sources
from central.work.late_entry import LateEntry, late_entries
from central.work.outage_classes import TouchedClass, touched
from central.work.outage_finding import Proposal, proposals
from central.work.outage_state import Standing

DAYS: Final = 14
"""How far back outages are proposed and late entries listed, unless somebody asks for more."""


def likely(staff: Staff, silent_on: date | None, today: date, now: datetime) -> list[Proposal]:
    """Return the outages nobody has put down; silences are looked for on the one day asked about."""
    marked = today - timedelta(days=DAYS - 1), today
    silent = (silent_on, silent_on) if silent_on else None
    return proposals(staff.school, marked, silent, Sources.of(settings.CONFIG), now)


def touched_seen_by(staff: Staff, standing: Standing, today: date, now: datetime) -> list[TouchedClass]:
    """Return the classes an outage touched that a member of staff may look into."""
    seen = _sections(staff, today)
    return [each for each in touched(staff.school, standing, now) if each.section.pk in seen]


def late_seen_by(staff: Staff, since: date, until: date, today: date) -> list[LateEntry]:
    """Return the late entries of some days, both included, in classes a member of staff may look into."""
    seen = _sections(staff, today)
    return [each for each in late_entries(staff.school, since, until) if each.record.section_id in seen]


def _sections(staff: Staff, today: date) -> set[int]:
    return set(sections_seen_by(staff, today).values_list("pk", flat=True))
