"""Published: the closed editions of a period side by side, each with what it changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from central.domain.enrolment import Modality
from central.domain.period import Edition, PeriodKind
from central.law.revision import CellChange, changes_between
from central.store.models import ReportSnapshot, SchoolYear


@dataclass(frozen=True, slots=True)
class ClosedEdition:
    """One closed report as it was filed, and what it changed about the one before it, cell by cell."""

    revision: int
    edition: Edition
    reason: str
    as_of: date
    made_at: datetime
    signed_by: str
    digest: str
    rule_set: str
    total: Decimal
    cells: Mapping[str, Decimal]
    """The printed cells as they were filed."""
    changes: tuple[CellChange, ...]
    difference: Decimal
    """The total less that of the edition before; nothing for the first."""


def editions(year: SchoolYear, kind: PeriodKind) -> tuple[ClosedEdition, ...]:
    """Return every closed report of a period, the oldest first; each says what it said when it was closed."""
    rows = ReportSnapshot.objects.filter(school_year=year, kind=kind.value).order_by("revision")
    found: list[ClosedEdition] = []
    before: dict[str, Decimal] = {}
    for row in rows.select_related("made_by"):
        cells, total = _cells(row.body), Decimal(row.body["total"]["ada"])
        found.append(
            ClosedEdition(
                revision=row.revision,
                edition=Edition(row.edition),
                reason=row.reason,
                as_of=row.as_of,
                made_at=row.made_at,
                signed_by=row.made_by.number if row.made_by else "",
                digest=str(row.body["digest"]),
                rule_set=str(row.body["rule_set"]),
                total=total,
                cells=cells,
                changes=changes_between(before, cells) if found else (),
                difference=total - found[-1].total if found else Decimal("0.00"),
            )
        )
        before = cells
    return tuple(found)


def _cells(body: dict[str, Any]) -> dict[str, Decimal]:  # Any: JSON of a closed report
    """Return the printed cells of a closed report; older ones did not tell modalities apart."""
    usual = Modality.CLASSROOM.value
    cells = {
        f"track {row['track']}, {row['grade_span']}, {row.get('modality', usual)}": Decimal(row["ada"])
        for row in body["rows"]
    }
    for cap in body.get("over_one_ada", ()):
        cells[f"over one ADA, {cap['grade_span']}, {cap['modality']}"] = Decimal(cap["ada"])
    return cells
