"""Every ugly sheet a school may hand in comes to exactly its rows, or is refused with line and remedy."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from central.errors import InputError
from central.exchange.named_file import NamedFile
from central.store.models import AttendanceRecord, PaperBatch, PaperSheet
from central.work.paper_import import accept
from central.work.paper_preview import Wish
from tests.fakes import paper_school
from tests.fakes.paper_school import NOW, ROLL, PaperSchool

pytestmark = pytest.mark.django_db
SHEETS = Path(__file__).parents[2] / "data" / "paper"
ZONE = ZoneInfo("America/Los_Angeles")
THURSDAY = date(2026, 9, 3)
_NUMBERS = [number for number, _, _ in ROLL]
_CAME = ("08:00", "09:07", "10:14", "08:21", "09:28", "10:35", "08:42", "09:49")


def says(line: int, number: str, came: str, left: str = "12:00", on: date = THURSDAY) -> str:
    """Return what a present student's record must say."""
    return f"line {line} {number} {on} present {came}-{left}"


WHOLE = [says(line, number, came) for line, (number, came) in enumerate(zip(_NUMBERS, _CAME, strict=True), 2)]
LATIN = [says(line, _NUMBERS[at], _CAME[at]) for line, at in enumerate((0, 1, 5, 6, 7), 2)]
_WEEK = {
    "0012345": " P PP",
    "0098765": "TAAPP",
    "000123": "PPP P",
    "1234567890": "TPPTT",
    "0450001": "AAPPA",
    "4411223": "APPTP",
    "7770001": "PATAA",
    "7770002": "PPPP ",
}


def week() -> list[str]:
    """Return what the register of a week must come to."""
    mark = {"P": "present", "T": "present tardy", "A": "absent"}
    days = [date(2026, 8, 31), *(date(2026, 9, day) for day in range(1, 5))]
    return [
        f"line {line} {number} {on} {mark[cell]}"
        for line, (number, cells) in enumerate(_WEEK.items(), 2)
        for on, cell in zip(days, cells, strict=True)
        if cell != " "
    ]


@dataclass(frozen=True)
class Expected:
    """What a file comes to; `refused` are its refused lines with the beginning of what is said."""

    rows: list[str] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    read: dict[str, str] = field(default_factory=dict)


TABLE = {
    "01_clean_utf8.csv": Expected(WHOLE, read={"encoding": "utf-8", "delimiter": "comma"}),
    "02_utf8_bom.csv": Expected(WHOLE, read={"encoding": "utf-8-sig"}),
    "03_cp1252_excel_windows.csv": Expected(LATIN, read={"encoding": "cp1252"}),
    "04_utf16_excel_unicode_text.tsv": Expected(WHOLE, read={"encoding": "utf-16", "delimiter": "tab"}),
    "05_semicolon_locale.csv": Expected(WHOLE, read={"delimiter": "semicolon"}),
    "06_tab_powerschool_cr.txt": Expected(LATIN, read={"encoding": "mac_roman", "delimiter": "tab"}),
    "07_excel_lost_leading_zeros.csv": Expected(WHOLE),
    "08_excel_scientific_id.csv": Expected(WHOLE),
    "09_excel_serial_dates.csv": Expected(WHOLE, read={"serials": "1900"}),
    "10_us_slash_dates.csv": Expected(WHOLE, read={"dates": "mdy"}),
    "11_dmy_dates_ambiguous.csv": Expected(WHOLE, read={"dates": "dmy"}),
    "12_title_rows_and_totals.csv": Expected(
        [
            says(line + 3, number, came)
            for line, (number, came) in enumerate(zip(_NUMBERS, _CAME, strict=True), 2)
        ],
        read={"header": "4"},
    ),
    "13_duplicate_rows_and_blank_lines.csv": Expected(
        [says(2, "0012345", "08:00")],
        refused={
            5: "line 6 says something else of this student and day; strike out one of them",
            6: "line 5 says something else of this student and day; strike out one of them",
        },
    ),
    "14_headers_spanish.csv": Expected(WHOLE, read={"column number": "Núm. de estudiante"}),
    "15_smart_quotes_nbsp.csv": Expected([says(2, "0098765", "08:05")], read={"encoding": "cp1252"}),
    "16_formula_injection.csv": Expected(
        refused={2: "no student has this number; look at the sheet, leading zeros count"}
    ),
    "17_weekly_grid_register.csv": Expected(week(), read={"dates": "mdy", "year": "2026"}),
    "18_dst_fallback_times.csv": Expected(
        refused={2: "the student had no class on this day; look at the date and at the calendar"}
    ),
    "20_numbers_and_dates.xls": Expected(WHOLE),
    "19_swipek12_style.tsv": Expected(
        ["line 2 0012345 2026-03-21 present tardy 08:30"], read={"column number": "Student #"}
    ),
}


@pytest.fixture
def school() -> PaperSchool:
    """Return the school of the sheets; one of its students came on Saturdays the year before."""
    built = paper_school.build()
    saturdays = paper_school.track_of(
        built.school, "2025-26", date(2025, 8, 16), date(2026, 5, 30), weekend=True
    )
    class_then = paper_school.section_of(saturdays, "SAT-1", range(5, 6), (time(8), time(12)))
    paper_school.place(built.students["0012345"], class_then)
    return built


def recorded() -> list[str]:
    """Return every record with its line, as `Expected` writes them."""
    rows = AttendanceRecord.objects.prefetch_related("paper_lines").select_related(
        "student", "section__school"
    )
    return [_one(row) for row in sorted(rows, key=lambda row: (row.paper_lines.get().line, row.on))]


def _one(row: AttendanceRecord) -> str:
    clocks = [at.astimezone(ZONE).strftime("%H:%M") for at in (row.first_in_at, row.last_out_at) if at]
    # A late arrival is the bell's to judge; a mark that says tardy has no other witness here.
    is_marked = row.is_tardy and row.last_out_at is None
    parts = [row.mark, "tardy" if is_marked else "", "-".join(clocks)]
    said = " ".join(part for part in parts if part)
    return f"line {row.paper_lines.get().line} {row.student.number} {row.on} {said}"


def test_the_table_names_every_sheet() -> None:
    assert sorted(TABLE) == sorted(path.name for path in SHEETS.iterdir())


@pytest.mark.parametrize("name", TABLE)
def test_a_sheet_comes_to_exactly_its_rows(name: str, school: PaperSchool) -> None:
    expected = TABLE[name]
    wish = Wish(NamedFile(name, (SHEETS / name).read_bytes()))
    if expected.refused:
        with pytest.raises(InputError) as caught:
            accept(wish, school.clerk, NOW)
        assert list(caught.value.problems) == [
            f"{name} line {line}: {text}" for line, text in expected.refused.items()
        ]
        assert not PaperBatch.objects.exists()
    taken = accept(wish, school.clerk, NOW, leaves_refused=bool(expected.refused))
    assert recorded() == expected.rows
    assert taken.records == len(expected.rows)
    assert expected.read.items() <= taken.preview.choices.items()
    assert taken.preview.refused == sorted(expected.refused)
    assert _again(wish, school) == (0, len(expected.rows))


def _again(wish: Wish, school: PaperSchool) -> tuple[int, int]:
    """Take the same file in once more, and return the records made by it and all there are."""
    sheets = PaperSheet.objects.count()
    again = accept(wish, school.clerk, NOW, leaves_refused=True)
    assert again.batch is None
    assert PaperSheet.objects.count() == sheets
    return again.records, AttendanceRecord.objects.count()


def names_read(name: str, school: PaperSchool) -> Iterable[tuple[str, str]]:
    """Return the names of a file as they were read."""
    taken = accept(Wish(NamedFile(name, (SHEETS / name).read_bytes())), school.clerk, NOW)
    return [(row.entry.written.family, row.entry.written.given) for row in taken.preview.rows]


@pytest.mark.parametrize(
    "name",
    [
        "01_clean_utf8.csv",
        "03_cp1252_excel_windows.csv",
        "04_utf16_excel_unicode_text.tsv",
        "06_tab_powerschool_cr.txt",
    ],
)
def test_names_with_accents_come_back_byte_for_byte(name: str, school: PaperSchool) -> None:
    roster = {(family.encode(), given.encode()) for _, family, given in ROLL}
    read = {(family.encode(), given.encode()) for family, given in names_read(name, school)}
    assert read <= roster
    assert ("Nuñez".encode(), "José".encode()) in read
