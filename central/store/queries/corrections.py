"""Published: what was corrected about certified records, by whom, when and why."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q

from central.domain.attendance import Stage
from central.store.models import Decision, SchoolYear

_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Correction:
    """One change of a record somebody had certified; `before` and `after` are its mark, or "removed"."""

    student: str
    on: date
    section: str
    track: str
    before: str
    after: str
    by: str
    at: datetime
    reason: str


def corrections(year: SchoolYear, since: datetime | None, before: datetime) -> list[Correction]:
    """Return the corrections of a school year decided from an instant on and before another, in order.

    A record that was certified and says something else afterwards, or is removed, or comes back, was
    corrected. Its whole history is read, because the step before may be older than `since`.
    """
    steps = Decision.objects.filter(at__lt=before)
    # What was never removed and never said anything but what it says now was not corrected: nearly all.
    # Asked of all years, as one walk along the steps takes a tenth of the time of going there by classes.
    moved = steps.filter(Q(stage_to=Stage.REMOVED) | ~Q(mark=F("record__mark")))
    history = steps.filter(record__in=moved.values("record_id"), record__section__school_year=year)
    history = history.order_by("record_id", "pk")
    columns = ("record_id", "stage_to", "mark", "at", "by__number", "by_process", "reason")
    where = ("record__student__number", "record__on", "record__section__code", "record__section__track__code")
    found: list[Correction] = []
    record, said, was_certified = None, "", False
    for row in history.values_list(*columns, *where).iterator(chunk_size=_AT_ONCE):
        key, stage, mark, at, by, process, reason, *place = row
        if key != record:
            record, said, was_certified = key, "", False
        says = "removed" if stage == Stage.REMOVED else mark
        if was_certified and says != said and (since is None or at >= since):
            student, on, section, track = place
            what = (said, says, by or process, at, reason)
            found.append(Correction(student, on, section, track or "", *what))
        said = says
        was_certified = was_certified or Stage(stage).counts
    return sorted(found, key=lambda one: (one.at, one.student, one.on))
