"""Judge what a file of paper sheets says against the roster and the records, line by line."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from central.exchange.sheets import reading
from central.exchange.sheets.entries import Entry
from central.exchange.sheets.marks import Mark
from central.exchange.sheets.reading import Reading
from central.exchange.sheets.said import Said, said
from central.store.models import PaperLine, PaperSheet, School, Section, Student
from central.work.local_days import local_date
from central.work.paper_preview import NOT_SURE, Preview, PreviewRow, Progress, Wish, silent
from central.work.paper_roster import PaperRoster
from central.work.paper_verdict import Verdict, of
from central.work.rulings import Rulings

_LONGEST_SHEET: Final = 60
NOT_HELD: Final = said("the student had no class on this day; look at the date and at the calendar")
NOT_PLACED: Final = said("the student has no place in this class on this day")
CLASS_NOT_HELD: Final = said("this class was not held on this day; look at the date and at the calendar")
NO_CLASS: Final = said("no class has this code on this day")
WHICH_CLASS: Final = said("the student had more than one class on this day; say which class the file is of")
NOT_YOURS: Final = said("this is not one of your classes; give the sheet to its teacher or the clerk")
FUTURE: Final = said("this day is still to come")
TWICE_ON_THE_CLOCK: Final = said("this time stood on the clock twice that night; leave the cell empty")
NEVER_ON_THE_CLOCK: Final = said("this time never stood on the clock that night; leave the cell empty")
LONG_SHEET: Final = said("the number of a sheet has at most {} characters", _LONGEST_SHEET)
TAKEN: Final = said("a sheet of this number came in from another file; give a corrected sheet its own number")
_OTHERWISE: Final = "line {} says something else of this student and day; strike out one of them"
_SAID_BEFORE: Final = "line {} says the same"
_STEP: Final = 1000


def examine(wish: Wish, school: School, now: datetime, progress: Progress = silent) -> Preview:
    """Read a file and judge each line of it; writes nothing.

    Raises CentralError for a file that holds no table of students at all.
    """
    sections = None if wish.section is None else [wish.section]
    roster = PaperRoster(school, sections)
    today = local_date(school, now)
    progress("reading", 0, 0)
    known = roster.known(today)
    told = reading.read(wish.file, known, wish.told)
    rows = _rows(told, wish, roster, today, progress)
    if not told.asks:
        rows = _judged(rows, wish, progress)
    return Preview(wish.file, tuple(rows), told.left_out, told.faults, told.guesses, told.headings, known)


def _rows(
    told: Reading, wish: Wish, roster: PaperRoster, today: date, progress: Progress
) -> list[PreviewRow]:
    placing = _Placing(told, wish, roster, today)
    rows = []
    for done, entry in enumerate(told.entries):
        if done % _STEP == 0:
            progress("matching", done, len(told.entries))
        rows.append(placing.row(entry, is_sure=not told.asks))
    return _without_repeats(rows)


class _Placing:
    """Finds the student, class and instants of each line of one file."""

    def __init__(self, told: Reading, wish: Wish, roster: PaperRoster, today: date) -> None:
        self._wish, self._roster, self._today = wish, roster, today
        code = told.code
        self._code = code.section if code is not None else ""
        self._sheet = wish.sheet or (code.number if code is not None else "") or _own_number(wish, told)
        self._zones: dict[str, ZoneInfo] = {}

    def row(self, entry: Entry, *, is_sure: bool) -> PreviewRow:
        """Return a line placed; one that says nothing of its day asks for nothing."""
        person = entry.match.person
        student = self._roster.students[person.number] if person is not None else None
        problems = list(entry.problems)
        section = None
        if is_sure and entry.on is not None and student is not None and entry.mark is not Mark.NOTHING:
            section = self._section(entry, student, entry.on, problems)
        came_at, left_at = (self._at(entry, clock, section, problems) for clock in (entry.came, entry.left))
        sheet = entry.sheet or self._sheet
        if len(sheet) > _LONGEST_SHEET:
            problems.append(LONG_SHEET)
        is_nothing = entry.mark is Mark.NOTHING and not entry.problems
        if not is_sure and not is_nothing:
            problems = [NOT_SURE]
        verdict = Verdict.REFUSED if problems or not is_nothing else Verdict.NOTHING
        return PreviewRow(
            entry,
            student,
            section,
            sheet,
            came_at,
            left_at,
            verdict,
            problems=tuple(problems),
            notes=entry.match.notes,
        )

    def _section(self, entry: Entry, student: Student, on: date, problems: list[Said]) -> Section | None:
        found = self._candidates(entry, student, on, problems)
        if len(found) != 1:
            if len(found) > 1:
                problems.append(WHICH_CLASS)
            return None
        section = found[0]
        within = self._wish.within
        if within is not None and section.pk not in within:
            problems.append(NOT_YOURS)
        return section

    def _candidates(
        self, entry: Entry, student: Student, on: date, problems: list[Said]
    ) -> Sequence[Section]:
        if on > self._today:
            problems.append(FUTURE)
            return []
        named = self._named(entry, on, problems)
        if named is not None:
            if not self._roster.is_held(named, on):
                problems.append(CLASS_NOT_HELD)
            elif not self._roster.is_placed(student, named, on):
                problems.append(NOT_PLACED)
            return [named]
        if problems:
            return []
        found = self._roster.sections_on(student.pk, on)
        if not found:
            problems.append(NOT_HELD)
        at_that_time = [each for each in found if self._is_during(each, on, entry.came)]
        return at_that_time if len(found) > 1 and len(at_that_time) == 1 else found

    def _named(self, entry: Entry, on: date, problems: list[Said]) -> Section | None:
        """Return the class somebody chose, the line names, or the code of the sheet does."""
        if self._wish.section is not None:
            return self._wish.section
        code = entry.klass or self._code
        section = self._roster.coded(code, on) if code else None
        if code and section is None:
            problems.append(NO_CLASS)
        return section

    def _is_during(self, section: Section, on: date, came: time | None) -> bool:
        hours = self._roster.meeting(section, on)
        return came is not None and hours is not None and hours[0] <= came < hours[1]

    def _at(
        self, entry: Entry, clock: time | None, section: Section | None, problems: list[Said]
    ) -> datetime | None:
        if clock is None or entry.on is None or section is None:
            return None
        zone = self._zones.setdefault(section.school.time_zone, ZoneInfo(section.school.time_zone))
        at = datetime.combine(entry.on, clock, zone)
        if at.utcoffset() != at.replace(fold=1).utcoffset():
            was_never = at.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != at.replace(tzinfo=None)
            problem = NEVER_ON_THE_CLOCK if was_never else TWICE_ON_THE_CLOCK
            if problem not in problems:
                problems.append(problem)
        return at


def _own_number(wish: Wish, told: Reading) -> str:
    worksheet = next((guess.chosen for guess in told.guesses if guess.key == "worksheet"), "")
    digest = (
        hashlib.sha256(wish.file.data + worksheet.encode()).hexdigest() if worksheet else wish.file.sha256
    )
    return f"file-{digest[:8]}"


def _without_repeats(rows: Sequence[PreviewRow]) -> list[PreviewRow]:
    """Mark lines that say what another says, and refuse those that say otherwise of the same day."""
    first: dict[tuple[int, int, date], int] = {}
    against: dict[int, int] = {}
    same: dict[int, int] = {}
    for at, row in enumerate(rows):
        if row.problems or row.verdict is Verdict.NOTHING or not (row.student and row.section and row.on):
            continue
        before = first.setdefault((row.student.pk, row.section.pk, row.on), at)
        if before == at:
            continue
        if _says(rows[before]) == _says(row):
            same[at] = rows[before].line
        else:
            # Neither is believed: which of the two is right only the sheet can tell.
            against[at], against[before] = rows[before].line, row.line
    return [_compared(row, against.get(at, 0), same.get(at, 0)) for at, row in enumerate(rows)]


def _says(row: PreviewRow) -> tuple[object, ...]:
    return row.entry.mark, row.came_at, row.left_at, row.sheet


def _compared(row: PreviewRow, against: int, same: int) -> PreviewRow:
    if against:
        return replace(row, problems=(*row.problems, said(_OTHERWISE, against)))
    if same:
        return replace(row, verdict=Verdict.REPEATED, notes=(*row.notes, said(_SAID_BEFORE, same)))
    return row


def _judged(rows: Sequence[PreviewRow], wish: Wish, progress: Progress) -> list[PreviewRow]:
    """Give every line that can be taken in its verdict, a class at a time."""
    by_section: dict[int, list[int]] = defaultdict(list)
    for at, row in enumerate(rows):
        if row.section is not None and row.verdict is Verdict.REFUSED and not row.problems:
            by_section[row.section.pk].append(at)
    found, done = list(rows), 0
    for places in by_section.values():
        section = rows[places[0]].section
        assert section is not None  # noqa: S101  what has none was left out above
        known, taken = _known_lines(section, wish), _taken_by_others(section, wish)
        rulings = Rulings(section, {row.on for row in (rows[at] for at in places) if row.on})
        for at in places:
            found[at] = _with_verdict(rows[at], known, taken, rulings)
        done += len(places)
        progress("judging", done, len(rows))
    return found


def _with_verdict(
    row: PreviewRow, known: set[tuple[date, str, int]], taken: set[str], rulings: Rulings
) -> PreviewRow:
    assert row.on is not None  # noqa: S101  a line without a day is refused before
    assert row.student is not None  # noqa: S101  and one without a student
    if (row.on, row.sheet, row.line) in known:
        return replace(row, verdict=Verdict.KNOWN)
    if row.sheet in taken:
        return replace(row, problems=(TAKEN,))
    ruling = rulings.ruling(row.student, row.on, row.mark, (row.came_at, row.left_at))
    record = rulings.record(row.student, row.on)
    return replace(row, verdict=of(ruling), ruling=ruling, record=record)


def _known_lines(section: Section, wish: Wish) -> set[tuple[date, str, int]]:
    """Return the lines of this very file that were taken in and not withdrawn."""
    rows = PaperLine.objects.filter(sheet__section=section, sheet__file_sha256=wish.file.sha256)
    return set(rows.values_list("sheet__on", "sheet__sheet", "line"))


def _taken_by_others(section: Section, wish: Wish) -> set[str]:
    """Return the numbers of sheets of the class that came in from other files and stand."""
    rows = PaperSheet.objects.filter(section=section).exclude(file_sha256=wish.file.sha256)
    return set(rows.exclude(batch__withdrawal__isnull=False).values_list("sheet", flat=True))


def problems_of(rows: Iterable[PreviewRow]) -> Mapping[int, list[Said]]:
    """Return what is wrong with the refused lines, by line, each sentence once."""
    found: dict[int, list[Said]] = defaultdict(list)
    for row in rows:
        if row.verdict is Verdict.REFUSED:
            found[row.line].extend(each for each in row.problems if each not in found[row.line])
    return found
