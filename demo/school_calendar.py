"""The calendars of the made-up school: for 2024-25 a published one, with days off that fit it."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

FIRST_DAY = date(2024, 8, 7)
LAST_DAY = date(2025, 5, 29)
EXCLUDED_WEEKS = (date(2024, 12, 23), date(2024, 12, 30), date(2025, 1, 6))

# As published by the Newport-Mesa district for its Early College High School, school year 2024-25.
PUBLISHED_WINDOWS = (
    (date(2024, 8, 7), date(2024, 8, 30), 18),
    (date(2024, 9, 2), date(2024, 9, 27), 19),
    (date(2024, 9, 30), date(2024, 10, 25), 20),
    (date(2024, 10, 28), date(2024, 11, 22), 18),
    (date(2024, 11, 25), date(2024, 12, 20), 16),
    (date(2025, 1, 13), date(2025, 2, 7), 19),
    (date(2025, 2, 10), date(2025, 3, 7), 17),
    (date(2025, 3, 10), date(2025, 4, 4), 15),
    (date(2025, 4, 7), date(2025, 5, 2), 20),
    (date(2025, 5, 5), date(2025, 5, 29), 18),
)
PUBLISHED_DAYS = {"P-1": 91, "P-2": 142, "Annual": 180}

# The publication gives days taught a window; which weekdays were off inside each is our choice.
HOLIDAYS = {
    date(2024, 9, 2): "Labor Day",
    date(2024, 11, 11): "Veterans Day",
    date(2024, 11, 27): "Thanksgiving recess",
    date(2024, 11, 28): "Thanksgiving Day",
    date(2024, 11, 29): "Thanksgiving recess",
    date(2025, 1, 20): "Martin Luther King Jr. Day",
    date(2025, 2, 14): "Lincoln Day",
    date(2025, 2, 17): "Washington Day",
    date(2025, 5, 26): "Memorial Day",
    **{date(2025, 3, 31) + timedelta(days): "Spring recess" for days in range(5)},
    **{monday + timedelta(days): "Winter recess" for monday in EXCLUDED_WEEKS for days in range(5)},
}
STAFF_DAYS = {
    date(2024, 11, 1): "Staff development",
    date(2024, 11, 26): "Parent and student conferences",
    date(2025, 3, 7): "Staff development",
}
EVENING_STAFF_DAYS = {
    date(2024, 10, 14): "Evening staff day",
    date(2025, 2, 3): "Evening staff day",
    date(2025, 4, 28): "Evening staff day",
}


@dataclass(frozen=True, slots=True)
class Track:
    """A track of the made-up school: when its sections meet and which further days it does not teach."""

    code: str
    name: str
    starts: str
    ends: str
    minutes: int
    staff_days: dict[date, str]


DAY = Track("A", "Day", "08:30", "15:00", 390, STAFF_DAYS)
EVENING = Track("B", "Evening", "15:30", "22:00", 390, STAFF_DAYS | EVENING_STAFF_DAYS)


@dataclass(frozen=True, slots=True)
class Year:
    """A school year of the made-up school; `excluded_weeks` are Mondays left out of its school months."""

    name: str
    first_day: date
    last_day: date
    holidays: Mapping[date, str]
    excluded_weeks: tuple[date, ...]
    tracks: tuple[Track, ...]

    def weekdays(self) -> Iterator[date]:
        """Yield Monday to Friday from the first to the last day of the year."""
        on = self.first_day
        while on <= self.last_day:
            if on.weekday() < 5:  # noqa: PLR2004 -- Saturday is weekday 5
                yield on
            on += timedelta(1)

    def days_taught(self, track: Track) -> list[date]:
        """List the dates `track` is taught, in order."""
        return [on for on in self.weekdays() if on not in self.holidays and on not in track.staff_days]

    def write(self, folder: Path, sections: dict[str, Track]) -> tuple[Path, Path]:
        """Write the calendar and the bell schedule as the CSV files `import-calendar` reads."""
        calendar, bells = folder / f"calendar-{self.name}.csv", folder / f"bells-{self.name}.csv"
        with calendar.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["track", "date", "taught", "kind", "minutes", "on_site", "required", "note"])
            for track in self.tracks:
                for on in self.weekdays():
                    writer.writerow(self._row(track, on))
        with bells.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["section", "weekdays", "start", "end"])
            writer.writerows([code, "MTWRF", track.starts, track.ends] for code, track in sections.items())
        return calendar, bells

    def _row(self, track: Track, on: date) -> list[str]:
        """Return one date of one track; all of its minutes are taught at the school."""
        if on in self.holidays:
            return [track.code, on.isoformat(), "no", "holiday", "", "", "", self.holidays[on]]
        if on in track.staff_days:
            return [track.code, on.isoformat(), "no", "staff", "", "", "", track.staff_days[on]]
        return [track.code, on.isoformat(), "yes", "regular", *[str(track.minutes)] * 3, ""]


FIRST_YEAR = Year("2024-25", FIRST_DAY, LAST_DAY, HOLIDAYS, EXCLUDED_WEEKS, (DAY, EVENING))
