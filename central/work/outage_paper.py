"""Judge paper anew once an outage is put down, ended, corrected or withdrawn."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q

from central.domain.adjudication import Span
from central.store.models import Outage, PaperLine, School
from central.work.adjudicate import review
from central.work.journal_signs import Sources


def judge_anew(outage: Outage, spans: list[Span], now: datetime, sources: Sources | None = None) -> int:
    """Judge the lines on paper of an outage's days again; return how many are judged otherwise.

    `spans` are the times it was said to be, before and after the latest word.
    """
    schools = School.objects.filter(_touched(outage))
    changed = 0
    for school in schools:
        zone = ZoneInfo(school.time_zone)
        days = Q()
        for since_at, until_at in spans:
            first, last = since_at.astimezone(zone).date(), min(until_at, now).astimezone(zone).date()
            days |= Q(record__on__range=(first, last))
        lines = PaperLine.objects.filter(days, record__school=school)
        if outage.station is not None:
            lines = lines.filter(record__section__room=outage.station.room_id)
        changed += review(lines, now, sources)
    return changed


def _touched(outage: Outage) -> Q:
    if outage.scope == Outage.Scope.DISTRICT:
        return Q(lea_code=outage.school.lea_code)
    return Q(pk=outage.school_id)
