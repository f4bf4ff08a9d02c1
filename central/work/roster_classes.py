"""Take the classes of a roster into the records: sections, their rooms and their tracks."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from central.domain.calendar import SchoolYear as Year
from central.exchange.oneroster.roster import ClassEntry, Roster, Seat
from central.exchange.problem import Problem
from central.store.models import Room, School, Section, Track
from central.work.upsert import pair, upsert


@dataclass(frozen=True, slots=True)
class Placed:
    """A class and the track whose calendar it keeps."""

    entry: ClassEntry
    track: Track


def place(school: School, roster: Roster, problems: list[Problem]) -> list[Placed]:
    """Return each class with its track: its own column, else that of its enrollments, else the only one."""
    tracks: dict[str, dict[str, Track]] = defaultdict(dict)
    for track in Track.objects.filter(school_year__school=school).select_related("school_year"):
        tracks[track.school_year.name][track.code] = track
    named: dict[str, dict[str, Seat]] = defaultdict(dict)
    for seat in roster.seats:
        if seat.track:
            named[seat.class_id].setdefault(seat.track, seat)
    placed = []
    for entry in roster.classes:
        year = Year.of(entry.since).name
        if year not in tracks:
            text = f"there is no calendar of {year} yet; take it in first with import-calendar --year {year}"
            problems.append(Problem(entry.where, text, "termSourcedIds"))
            continue
        kept = _track(entry, tracks[year], named[entry.source_id], problems)
        if kept:
            placed.append(Placed(entry, kept))
    problems += _moved(school, placed)
    return placed


def _moved(school: School, placed: Sequence[Placed]) -> list[Problem]:
    """Return the classes that would change their track under days on which somebody was recorded."""
    taught = Section.objects.filter(school=school).exclude(track=None).select_related("track")
    known = {row.source_id: row for row in taught.filter(records__isnull=False).distinct()}
    found = []
    for item in placed:
        row = known.get(item.entry.source_id)
        if row and row.track and row.track_id != item.track.pk:
            text = (
                f"the class has kept the calendar of track {row.track.code}, and days of it are recorded; "
                f"export it as a class of its own from the day it keeps that of {item.track.code}"
            )
            found.append(Problem(item.entry.where, text, "metadata.track"))
    return found


def _track(
    entry: ClassEntry, tracks: Mapping[str, Track], named: Mapping[str, Seat], problems: list[Problem]
) -> Track | None:
    before = len(problems)
    if entry.track and entry.track not in tracks:
        problems.append(Problem(entry.where, _unknown(entry.track, tracks), "metadata.track"))
    for code, seat in named.items():
        if code not in tracks:
            problems.append(Problem(seat.where, _unknown(code, tracks), "metadata.track"))
        elif code != (entry.track or next(iter(named))):
            text = f"its class keeps the calendar of track {entry.track or next(iter(named))}, not {code}"
            problems.append(Problem(seat.where, text, "metadata.track"))
    code = entry.track or next(iter(named), "") or (next(iter(tracks)) if len(tracks) == 1 else "")
    if not code:
        text = f"the class needs a track, since the school has {len(tracks)}: {', '.join(sorted(tracks))}"
        problems.append(Problem(entry.where, text, "metadata.track"))
    return tracks[code] if len(problems) == before else None


def _unknown(code: str, tracks: Mapping[str, Track]) -> str:
    return f"track {code!r} has no calendar; there are {', '.join(sorted(tracks))}"


def write(school: School, placed: Sequence[Placed], changes: Counter[str]) -> dict[str, Section]:
    """Add and change sections and return them by source id, those of earlier imports among them."""
    names = sorted({item.entry.room for item in placed if item.entry.room})
    present = {room.name: room for room in Room.objects.filter(school=school)}
    rooms = present | upsert(
        Room, present, {name: {"school": school, "name": name} for name in names}, changes
    )
    sections: dict[str, Section] = {}
    by_year: dict[int, list[Placed]] = defaultdict(list)
    for item in placed:
        by_year[item.track.school_year_id].append(item)
    for row in Section.objects.filter(school=school).select_related("track", "room", "school_year", "school"):
        sections[row.source_id] = row
    for year_id, items in by_year.items():
        rows = [row for row in sections.values() if row.school_year_id == year_id]
        wanted = {item.entry.source_id: item.entry.code for item in items}
        paired = pair(rows, wanted, lambda row: row.source_id, lambda row: row.code)
        fields = {item.entry.source_id: _fields(school, item, rooms) for item in items}
        sections |= upsert(Section, paired, fields, changes)
    return sections


def _fields(school: School, item: Placed, rooms: Mapping[str, Room]) -> dict[str, object]:
    entry = item.entry
    return {
        "school": school,
        "school_year": item.track.school_year,
        "track": item.track,
        "room": rooms[entry.room] if entry.room else None,
        "code": entry.code,
        "title": entry.title,
        "periods": entry.periods,
        "since": entry.since,
        "until": entry.until,
        "source_id": entry.source_id,
    }
