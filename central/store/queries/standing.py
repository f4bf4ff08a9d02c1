"""Published: how much there is and how far the records are behind the evidence."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from django.db.models import Count

from central.errors import UnavailableError
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


@dataclass(frozen=True, slots=True)
class Backlog:
    """The last batch received, and the last one the records have; 0 where there is none."""

    received: int
    projected: int

    @property
    def waiting(self) -> int:
        """How many batches are still to be read."""
        return max(0, self.received - self.projected)


def backlog(evidence: Path) -> Backlog:
    """Compare the evidence with the projector's position; raises UnavailableError when unreadable."""
    projected = ProjectorPosition.objects.values_list("server_sequence", flat=True).first() or 0
    if not evidence.exists():
        return Backlog(0, projected)
    try:
        with closing(sqlite3.connect(f"{evidence.absolute().as_uri()}?mode=ro", uri=True)) as file:
            (newest,) = file.execute("SELECT coalesce(max(srv_seq), 0) FROM batch").fetchone()
    except sqlite3.Error as error:
        msg = f"{evidence} cannot be read ({error}); see to the disk, or restore a backup"
        raise UnavailableError(msg) from error
    return Backlog(int(newest), projected)


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


def pragmas() -> str:
    """Return how the records are written, as SQLite says it."""
    with connection.cursor() as cursor:
        journal = cursor.execute("PRAGMA journal_mode").fetchone()
        synchronous = cursor.execute("PRAGMA synchronous").fetchone()
        foreign_keys = cursor.execute("PRAGMA foreign_keys").fetchone()
    return f"journal_mode={journal[0]} synchronous={synchronous[0]} foreign_keys={foreign_keys[0]}"
