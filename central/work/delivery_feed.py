"""Which days PowerSchool's feed of changes says were touched since it was last asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from central.store.json_text import text_at
from central.store.models import AuditEvent, Delivery
from central.work.delivery_wish import Courier

VERB: Final = "deliver"
POSITION: Final = "dataversion"
_TABLE: Final = "attendance"
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Changed:
    """Where the feed is now, and the days of the rows of ours it names."""

    position: int
    days: frozenset[date]


def changed(courier: Courier) -> Changed | None:
    """Ask the feed from where the last finished run left it; None where none is configured.

    It only adds days: rows others enter are found by reading the days lately delivered.
    """
    if not courier.config.change_feed:
        return None
    told = AuditEvent.objects.alias(position=text_at(f"detail__{POSITION}"))
    last = told.filter(verb=VERB, position__isnull=False).order_by("-pk").first()
    since = int(last.detail[POSITION]) if last else 0
    position, keys = courier.sis.changes(courier.config.change_feed, since, _TABLE)
    days: set[date] = set()
    for some in _batches(sorted(keys)):
        ours = Delivery.objects.filter(dcid__in=some, record__school=courier.by.school)
        days |= set(ours.values_list("record__on", flat=True))
    return Changed(position, frozenset(days))


def _batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), _AT_ONCE):
        yield keys[start : start + _AT_ONCE]
