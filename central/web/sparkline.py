"""Small pictures of how one figure of a station went over two weeks."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from central.reports.charts import svg

SPAN: Final = timedelta(days=14)
_WIDTH, _HEIGHT, _EDGE = 320, 80, 6
_PAUSE_H: Final = 3

Point = tuple[datetime, int]


def draw(name: str, told: tuple[str, str], points: Sequence[Point], until: datetime) -> str:
    """Return the picture of some points, oldest first; where hours are missing the line breaks off.

    `told` is its title and its description, which say in words what it shows.
    """
    values = [value for _, value in points]
    least, most = min(values), max(values)
    begin, wide = until - SPAN, _WIDTH - 2 * _EDGE

    def place(point: Point) -> tuple[float, float]:
        x = _EDGE + wide * max(0.0, (point[0] - begin) / SPAN)
        share = 0.5 if most == least else (point[1] - least) / (most - least)
        return x, _HEIGHT - _EDGE - share * (_HEIGHT - 2 * _EDGE)

    path, before = "", None
    for point in points:
        x, y = place(point)
        goes_on = before is not None and point[0] - before <= timedelta(hours=_PAUSE_H)
        path += f"{'L' if goes_on else 'M'}{x:.1f} {y:.1f}"
        # A point alone is drawn too.
        path += "" if goes_on else "l0.1 0"
        before = point[0]
    ground = svg.element("path", class_="axis faint", d=f"M0 {_HEIGHT - 1}L{_WIDTH} {_HEIGHT - 1}")
    line = svg.element("path", class_="line", d=path)
    return svg.picture(name, (_WIDTH, _HEIGHT), told, [ground, line])
