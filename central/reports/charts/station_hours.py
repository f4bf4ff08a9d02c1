"""Published: the taps of a day, station by station and hour by hour, and where a class heard none."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from central.reports.charts.chart import Chart, Say
from central.reports.charts.svg import element, hover, label, picture, shaded

NAME: Final = "stations"
_BOX, _STEP, _LEFT, _TOP = 30, 33, 150, 28
_BOUNDS: Final = (5, 15, 30)
_NOON: Final = 12


@dataclass(frozen=True, slots=True)
class StationDay:
    """One station's day by the hours of the school's clocks: its taps, the classes, its silences."""

    station: str
    room: str
    taps: Mapping[int, int]
    class_hours: Collection[int]
    silent_hours: Collection[int] = ()
    """Hours of classes in which the register of gaps has the station silent, or not heard of since."""

    def is_silent(self, hour: int) -> bool:
        """Tell whether an hour of a class is missing for want of a station: no tap, and no sign of life."""
        return hour in self.silent_hours and not self.taps.get(hour)

    def is_untapped(self, hour: int) -> bool:
        """Tell whether a class was held in an hour in which the station was alive and nobody tapped."""
        return hour in self.class_hours and not self.taps.get(hour) and not self.is_silent(hour)


def station_hours(days: Sequence[StationDay], say: Say) -> Chart:
    """Draw a row a station and a column an hour; a cross is an hour with a class and no tap."""
    title = say("Taps by station and hour")
    about = say(
        "A row a station, a column an hour. A cross is an hour with a class in which the station was silent "
        "or is not heard of; a bar is one in which it was alive and nobody tapped."
    )
    used = [hour for day in days for hour in (*day.taps, *day.class_hours)]
    hours = range(min(used, default=8), max(used, default=8) + 1)
    columns = [say("station"), say("room"), say("hour"), say("taps"), say("silent")]
    rows = [
        (
            day.station,
            day.room,
            _clock(hour),
            day.taps.get(hour, 0),
            say("yes") if day.is_silent(hour) else "",
        )
        for day in days
        for hour in hours
        if day.taps.get(hour) or hour in day.class_hours
    ]
    size = (max(_LEFT + len(hours) * _STEP + 10, 560), _TOP + len(days) * _STEP + 40)
    inside = [*_grid(days, hours), *_legend(say, size[1] - 14)]
    return Chart(title, about, picture(NAME, size, (title, about), inside), columns, rows)


def shade_of(taps: int) -> int:
    """Return the shade of an hour: none, below 5, below 15, below 30, more."""
    return 1 + sum(taps >= bound for bound in _BOUNDS) if taps else 0


def _grid(days: Sequence[StationDay], hours: range) -> Iterator[str]:
    for column, hour in enumerate(hours):
        yield label(_LEFT + column * _STEP, 18, _clock(hour), class_="small")
    for row, day in enumerate(days):
        y = _TOP + row * _STEP
        yield label(_LEFT - 8, y + 20, f"{day.room} {day.station}"[:22], class_="small", text_anchor="end")
        for column, hour in enumerate(hours):
            x, taps = _LEFT + column * _STEP, day.taps.get(hour, 0)
            yield hover(_box(day, hour, x, y), f"{day.station} {_clock(hour)}: {taps}")


def _box(day: StationDay, hour: int, x: float, y: float) -> str:
    taps = day.taps.get(hour, 0)
    if day.is_silent(hour) or day.is_untapped(hour):
        drawn = f"M{x + 8} {y + 8}l14 14m0 -14l-14 14" if day.is_silent(hour) else f"M{x + 8} {y + 15}l14 0"
        frame = element("rect", class_="frame", x=x, y=y, width=_BOX, height=_BOX, fill="none")
        return frame + element("path", class_="cross" if day.is_silent(hour) else "bar", d=drawn)
    if not taps:
        return element("rect", class_="frame faint", x=x, y=y, width=_BOX, height=_BOX, fill="none")
    return shaded(NAME, shade_of(taps), (x, y, _BOX, _BOX))


def _clock(hour: int) -> str:
    return f"{(hour - 1) % _NOON + 1} {'AM' if hour < _NOON else 'PM'}"


def _legend(say: Say, y: int) -> Iterator[str]:
    told = ("1-4", "5-14", "15-29", "30 +")
    for step, text in enumerate(told):
        x = 8 + step * 80
        yield shaded(NAME, step + 1, (x, y - 11, 14, 14))
        yield label(x + 20, y, text, class_="small")
    yield element("path", class_="cross", d=f"M330 {y - 11}l12 12m0 -12l-12 12")
    yield label(350, y, say("class, silent"), class_="small")
    yield element("path", class_="bar", d=f"M440 {y - 5}l14 0")
    yield label(460, y, say("class, no tap"), class_="small")
