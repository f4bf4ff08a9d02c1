"""What a revised report changes, cell by cell, and what attendance that is disallowed costs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from central.domain.period import Edition
from central.law.errors import LawError


@dataclass(frozen=True, slots=True)
class CellChange:
    """One printed cell of a report, before and after it was revised."""

    cell: str
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        """After less before: negative where attendance was disallowed."""
        return self.after - self.before


def changes_between(before: Mapping[str, Decimal], after: Mapping[str, Decimal]) -> tuple[CellChange, ...]:
    """Return every cell that differs, in the order of the newer report; a cell that is gone is nothing.

    Printed cells are compared, because they are what was filed.

    Cites: audit reports with a revised second period (R-AUD-01).
    """
    nothing = Decimal("0.00")
    cells = [*after, *(cell for cell in before if cell not in after)]
    changes = (CellChange(cell, before.get(cell, nothing), after.get(cell, nothing)) for cell in cells)
    return tuple(change for change in changes if change.difference)


def disallowed_value(changes: Iterable[CellChange], value_per_ada: Mapping[str, Fraction]) -> Fraction:
    """Return what the attendance taken away was worth, exactly; what was added weighs against it.

    `value_per_ada` is the derived value of one unit of average daily attendance of each cell.

    Raises LawError for a changed cell without a value.

    Cites: audit reports with questioned costs by grade span (R-AUD-01).
    """
    total = Fraction(0)
    for change in changes:
        if change.cell not in value_per_ada:
            msg = f"no value per ADA is given for {change.cell}"
            raise LawError(msg)
        total -= Fraction(change.difference) * value_per_ada[change.cell]
    return total


def edition_that_follows(before: Edition | None, wished: Edition | None) -> Edition:
    """Return what the next closing of a period is, given the one before it.

    The first is the original and there is one of it; later ones are revised, unless they state what
    the audit found; after an audited edition only audited ones follow.

    Raises LawError for a wish against this.

    Cites: audit reports with a revised second period (R-AUD-01).
    """
    if before is None:
        usual, may_be = Edition.ORIGINAL, {Edition.ORIGINAL}
    elif before is Edition.AUDITED:
        usual, may_be = Edition.AUDITED, {Edition.AUDITED}
    else:
        usual, may_be = Edition.REVISED, {Edition.REVISED, Edition.AUDITED}
    if wished is not None and wished not in may_be:
        after = f"after the {before} edition" if before else "while there is no original"
        msg = f"no {wished} edition can be closed {after}; it would be {' or '.join(sorted(may_be))}"
        raise LawError(msg)
    return wished or usual
