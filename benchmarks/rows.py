"""The lines of the one table: a figure, the bar it is held to, and whether it is met."""

import json
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_ARE: Final = {"<=": operator.le, ">=": operator.ge, "=": operator.eq}
_MISSED: Final = "MISSED"
_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One line; `bar` is like "<= 1.25", ">= 10" or "= 1", and empty where a figure is only stated."""

    name: str
    figure: float
    bar: str = ""
    unit: str = "x"

    @property
    def is_missed(self) -> bool:
        """Tell whether the figure is on the wrong side of its bar."""
        if not self.bar:
            return False
        sign, _, limit = self.bar.partition(" ")
        return not _ARE[sign](self.figure, float(limit))

    @property
    def verdict(self) -> str:
        """Say in a word how the figure stands to its bar."""
        if not self.bar:
            return "stated"
        return _MISSED if self.is_missed else "met"


def write(path: Path | None, rows: Sequence[Row], figures: Mapping[str, object]) -> None:
    """Write lines and all figures behind them as JSON, where a file was asked for."""
    if path is not None:
        lines = [{"name": row.name, "figure": row.figure, "bar": row.bar, "unit": row.unit} for row in rows]
        path.write_text(json.dumps({"rows": lines, "figures": figures}, indent=1), encoding="utf-8")


def read(path: Path) -> list[Row]:
    """Return the lines of such a file."""
    return [Row(**line) for line in json.loads(path.read_text(encoding="utf-8"))["rows"]]


def table(rows: Sequence[Row]) -> str:
    """Return the lines as people read them, one below the other."""
    width = max((len(row.name) for row in rows), default=0)
    return "\n".join(
        f"{row.name:<{width}}  {number(row.figure) + ' ' + row.unit:>14}  {row.bar:>10}  {row.verdict}"
        for row in rows
    )


def number(figure: float) -> str:
    """Return a figure with three digits that say something, and never as a power of ten."""
    if figure == int(figure) or abs(figure) >= _HUNDRED:
        return f"{figure:,.0f}"
    return f"{figure:.4f}" if abs(figure) < 0.01 else f"{figure:.3g}"  # noqa: PLR2004  where digits run out
