"""Hold the school's reports against what the dice and the published calendar say."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from demo import school_calendar
from demo.narrator import Narrator
from demo.office import Office
from demo.school import School
from demo.school_calendar import Track

END_OF_YEAR = date(2025, 6, 5)


@dataclass(frozen=True, slots=True)
class Period:
    """A period: the command's word for it, its name, its last school month, the day it is reported."""

    word: str
    name: str
    last_month: int
    reported_on: date

    @property
    def until(self) -> date:
        """The last day of its last school month."""
        return school_calendar.PUBLISHED_WINDOWS[self.last_month - 1][1]


P1 = Period("p1", "P-1", 5, date(2025, 1, 10))
P2 = Period("p2", "P-2", 8, date(2025, 4, 25))
ANNUAL = Period("annual", "Annual", 10, END_OF_YEAR)


def check(period: Period, made_up: School, office: Office, narrator: Narrator) -> None:
    """Compute one period's report and check every number of it."""
    told = json.loads(office.report(period.word, period.reported_on, "json"))
    for track in made_up.year.tracks:
        _check_track(period, track, made_up, told, narrator)
    divisor = next(track["days_taught"] for track in told["tracks"] if track["track"] == "A")
    published = school_calendar.PUBLISHED_DAYS[period.name]
    what = f"{period.name} is school months 1-{period.last_month}, {published} days on track A, as published"
    narrator.check(what, divisor, published)
    narrator.check(f"{period.name} names every pupil-day", len(told["proof"]), told["total"]["pupil_days"])


def _check_track(
    period: Period,
    track: Track,
    made_up: School,
    told: dict[str, Any],  # Any: JSON of mixed shapes
    narrator: Narrator,
) -> None:
    """Check one track's numerator and divisor."""
    rows = [row for row in told["rows"] if row["track"] == track.code and row["pupil_days"]]
    days = sum(row["pupil_days"] for row in rows)
    taught = len([on for on in made_up.year.days_taught(track) if on <= period.until])
    seen = {row["days_taught"] for row in rows}
    came = made_up.attendance_days(track, school_calendar.FIRST_DAY, period.until)
    ada = " + ".join(row["ada"] for row in rows)
    what = f"{period.name}, track {track.code} ({track.name.lower()}): {days}/{taught} = {ada}"
    narrator.check(what, (days, seen), (came, {taught}))
