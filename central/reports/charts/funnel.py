"""Published: how student-days shrink from enrolled to present, certified and claimed."""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from fractions import Fraction
from typing import Final

from central.reports.charts.chart import Chart, Say
from central.reports.charts.svg import element, hover, label, picture, shaded
from central.reports.rounding import percent

NAME: Final = "funnel"
_WIDE, _BAR, _STEP, _LEFT, _TOP = 420, 30, 46, 120, 10


@dataclass(frozen=True, slots=True)
class Funnel:
    """Student-days of some dates: those possible, and those that came so far."""

    enrolled: int
    present: int
    certified: int
    claimed: int


def funnel(counts: Funnel, say: Say) -> Chart:
    """Draw a bar a step, each as long as its share of the first."""
    title = say("From enrolled to claimed")
    about = say("Student-days: enrolled on days taught, marked present, certified, and claimed.")
    names = [say("enrolled"), say("present"), say("certified"), say("claimed")]
    steps = list(zip(names, astuple(counts), strict=True))
    columns = [say("step"), say("student-days"), say("percent of enrolled"), say("lost at this step")]
    before = [counts.enrolled, *astuple(counts)]
    rows = [
        (name, count, _percent(count, counts.enrolled), before[at] - count)
        for at, (name, count) in enumerate(steps)
    ]
    size = (_LEFT + _WIDE + 190, _TOP + len(steps) * _STEP)
    return Chart(
        title, about, picture(NAME, size, (title, about), _bars(steps, counts.enrolled)), columns, rows
    )


def _percent(count: int, of: int) -> str:
    return str(percent(Fraction(count, of), 1)) if of else ""


def _bars(steps: Sequence[tuple[str, int]], whole: int) -> Iterator[str]:
    for row, (name, count) in enumerate(steps):
        y = _TOP + row * _STEP
        wide = round(_WIDE * min(count, whole) / whole) if whole else 0
        yield label(_LEFT - 10, y + 20, name, text_anchor="end")
        yield element("rect", class_="frame faint", x=_LEFT, y=y, width=_WIDE, height=_BAR, fill="none")
        yield hover(shaded(NAME, row + 1, (_LEFT, y, wide, _BAR)), f"{name}: {count}")
        told = f"{count:,}" + (f" · {_percent(count, whole)} %" if whole else "")
        yield label(_LEFT + _WIDE + 10, y + 20, told)
