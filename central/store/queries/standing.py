"""Published: how much there is and how far the records are behind the evidence."""

from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.db.models import Count

from central.config import CentralConfig
from central.store.evidence import Evidence
from central.store.models import (
    AttendanceRecord,
    Credential,
    ProjectorPosition,
    Section,
    Staff,
    Station,
    Student,
    Tap,
)
from central.store.reading import Place

_SAYS: Final = {
    "sqlite": (("journal_mode", "synchronous", "foreign_keys"), "PRAGMA"),
    "postgresql": (("server_version", "synchronous_commit", "fsync", "full_page_writes"), "SHOW"),
}
_SCHEMA_SIZE: Final = """
SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class
WHERE relkind = 'r' AND relnamespace = to_regnamespace(%s)
"""


@dataclass(frozen=True, slots=True)
class Backlog:
    """The last batch received, and the last one the records have; 0 where there is none."""

    received: int
    projected: int

    @property
    def waiting(self) -> int:
        """How many batches are still to be read."""
        return max(0, self.received - self.projected)


def backlog(evidence: Place) -> Backlog:
    """Compare the evidence with the projector's position; raises UnavailableError when unreadable."""
    projected = ProjectorPosition.objects.values_list("server_sequence", flat=True).first() or 0
    return Backlog(Evidence(evidence).newest(), projected)


def counts() -> dict[str, int]:
    """Return how many rows of what there are."""
    records = AttendanceRecord.objects.values_list("stage").annotate(count=Count("pk")).order_by("stage")
    return {
        "students": Student.objects.count(),
        "staff": Staff.objects.count(),
        "sections": Section.objects.count(),
        "credentials in use": Credential.objects.filter(until=None).count(),
        "stations in use": Station.objects.filter(retired_at=None).count(),
        "taps": Tap.objects.count(),
        **{f"records {stage}": count for stage, count in records},
    }


def sizes(config: CentralConfig) -> list[tuple[str, int | None]]:
    """Return each database by its name with its size in bytes, None where it is not there yet."""
    if config.postgres is None:
        files = (config.records, config.evidence)
        return [(path.name, path.stat().st_size if path.exists() else None) for path in files]
    with connection.cursor() as cursor:
        cursor.execute(_SCHEMA_SIZE, [config.postgres.schema])
        return [(f"schema {config.postgres.schema}", int(cursor.fetchone()[0]))]


def durability() -> str:
    """Return how the records are written, as the store says it."""
    names, ask = _SAYS[connection.vendor]
    with connection.cursor() as cursor:
        told = []
        for name in names:
            cursor.execute(f"{ask} {name}")
            told.append(f"{name}={cursor.fetchone()[0]}")
    return " ".join(told)
