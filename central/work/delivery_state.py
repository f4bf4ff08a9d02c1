"""Published: how many records of a school or a school year are how far on their way to its other system."""

from dataclasses import dataclass
from datetime import date

from central.store.models import AttendanceRecord, School, SchoolYear
from central.store.queries import deliveries
from central.store.queries.deliveries import Way


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """Records, not sendings: each is counted once, where it is now."""

    waiting: int = 0
    sent: int = 0
    unknown: int = 0
    confirmed: int = 0
    reopened: int = 0

    @property
    def total(self) -> int:
        """All that have a way: certified, sent or confirmed, and removed ones that still stand there."""
        return self.waiting + self.sent + self.unknown + self.confirmed + self.reopened


def counts(of: SchoolYear | School, as_of: date) -> DeliveryCounts:
    """Count the records of the days up to a date by how far they are now."""
    mine = {"school": of} if isinstance(of, School) else {"section__school_year": of}
    found = deliveries.counted(AttendanceRecord.objects.filter(on__lte=as_of, **mine))
    return DeliveryCounts(**{way.value: found[way] for way in Way})
