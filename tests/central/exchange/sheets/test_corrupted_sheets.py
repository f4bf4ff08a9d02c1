"""However a sheet is spoiled, no line of it goes to the wrong student, or the wrong day, in silence."""

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from central.errors import CentralError
from central.exchange.named_file import NamedFile
from central.exchange.sheets.known import Known
from central.exchange.sheets.names import Person, Written
from central.exchange.sheets.reading import Reading, read
from central.exchange.sheets.students import ALIKE, HALF_NAME, NAMESAKE, NO_NAME, ROUNDED_OF_SEVERAL, match

TODAY = date(2026, 11, 22)
TELLS = {NO_NAME, HALF_NAME, NAMESAKE, ALIKE, ROUNDED_OF_SEVERAL}
"""What says of a line that no whole name checks its number, or that another student is much like it."""
# Numbers that look alike without their zeros or with one digit changed, namesakes, and names near each other.
PEOPLE = tuple(
    Person(*row)
    for row in (
        ("0012345", "Nuñez", "José"),
        ("12345", "Núñez", "Josefa"),
        ("0098765", "O'Brien", "Zoë"),
        ("000123", "Nguyễn", "Thị Hương"),
        ("1234567890", "Коваленко", "Олена"),
        ("1234567891", "Коваленко", "Ольга"),
        ("4411223", "García-López", "María de los Ángeles"),
        ("4411224", "García", "María"),
        ("7770001", "Smith", "John"),
        ("7770002", "Smith", "John"),
    )
)
DAYS = tuple(on for n in range(100) if (on := date(2026, 8, 10) + timedelta(days=n)).weekday() < 5)
HEADINGS = {
    "number": ("Student_Number", "Núm. de estudiante", "Student #", "ID"),
    "family": ("Last", "Apellido", "LAST NAME"),
    "given": ("First", "Nombre", "First Name"),
    "date": ("Date", "Fecha"),
    "in": ("Time In", "Entrada"),
}
FORMATS = ("%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%y", "%b %d, %Y")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "mac_roman", "cp1250", "cp437")


@dataclass(frozen=True)
class Spoiled:
    """A file as it was spoiled, and whose each of its lines is, and of when."""

    file: NamedFile
    truth: dict[int, tuple[Person, date]]


def known() -> Known:
    """Return a school in which everybody has class on every one of the days."""
    days = set(DAYS)
    return Known(PEOPLE, lambda _number, on: on in days, [2026], TODAY)


def digit_changed(draw: st.DrawFn, number: str) -> str:
    at = draw(st.integers(0, len(number) - 1))
    return number[:at] + draw(st.sampled_from("0123456789")) + number[at + 1 :]


def spoiled_number(draw: st.DrawFn, number: str) -> str:
    how = draw(
        st.sampled_from("as is|as is|zeros|sci|float|digit|swap|cut|other|blank|quoted|spaces".split("|"))
    )
    bare = number.lstrip("0")
    at = draw(st.integers(0, len(number) - 2))
    other = draw(st.sampled_from(PEOPLE)).number
    return {
        "as is": number,
        "zeros": bare,
        "sci": f"{float(number):.5E}",
        "float": f"{bare}.0",
        "digit": digit_changed(draw, number),
        "swap": number[:at] + number[at + 1] + number[at] + number[at + 2 :],
        "cut": number[:-1],
        "other": other,
        "blank": "",
        "quoted": f'="{number}"',
        "spaces": f" {number}\u00a0",
    }[how]


def spoiled_name(draw: st.DrawFn, name: str) -> str:
    how = draw(st.sampled_from("as is|as is|upper|letter|lost|cut|blank|spaces".split("|")))
    at = draw(st.integers(0, len(name) - 1))
    return {
        "as is": name,
        "upper": name.upper(),
        "letter": name[:at] + draw(st.sampled_from("abcñxyz")) + name[at + 1 :],
        "lost": name[:at] + "?" + name[at + 1 :],
        "cut": name[:at],
        "blank": "",
        "spaces": f"\u00a0{name} ",
    }[how]


@st.composite
def spoiled_sheets(draw: st.DrawFn) -> Spoiled:
    """Make a sheet, and spoil its cells, their order, the order of lines and columns, and its bytes."""
    columns = draw(st.permutations(sorted(HEADINGS)))
    headings = [draw(st.sampled_from(HEADINGS[column])) for column in columns]
    shape = draw(st.sampled_from(FORMATS))
    whose = draw(st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(DAYS)), min_size=1, max_size=12))
    rows: list[list[str]] = [["Room 12"]] if draw(st.booleans()) else []
    rows.append(headings)
    truth: dict[int, tuple[Person, date]] = {}
    for person, on in whose:
        # A line whose number and whole name are another student's is that student's line: nobody could tell.
        cells = {
            "number": spoiled_number(draw, person.number),
            "family": spoiled_name(draw, person.family),
            "given": spoiled_name(draw, person.given),
            "date": on.strftime(shape),
            "in": "08:15",
        }
        if draw(st.integers(0, 9)) == 0:
            rows.append([""] * len(columns))
        rows.append([cells[column] for column in columns])
        truth[len(rows)] = person, on
    text = io.StringIO(newline="")
    csv.writer(
        text,
        delimiter=draw(st.sampled_from(",;\t|")),
        lineterminator=draw(st.sampled_from(("\r\n", "\n", "\r"))),
    ).writerows(rows)
    data = text.getvalue().encode(draw(st.sampled_from(ENCODINGS)), errors="replace")
    return Spoiled(NamedFile("sheet.csv", data), truth)


def outcome(spoiled: Spoiled, told: dict[str, str] | None = None) -> Reading | None:
    """Read a spoiled sheet; None where it is refused as a whole."""
    try:
        return read(spoiled.file, known(), told or {})
    except CentralError:
        return None


def require_nothing_silent(spoiled: Spoiled) -> None:
    found = outcome(spoiled)
    event("refused whole" if found is None else "asked" if found.asks else "read")
    if found is None or found.asks:
        return
    for entry in found.entries:
        if entry.problems or entry.match.person is None:
            continue
        person, on = spoiled.truth[entry.line]
        assert entry.match.person == person or TELLS & set(entry.match.notes), (entry, person)
        assert entry.on == on, (entry, on)


def test_half_a_name_on_a_rounded_number_is_looked_at_when_it_is_anothers_whole_name() -> None:
    found = match("1.23450E+04", Written("Núñez", "Jose", ""), known())
    assert found.person == Person("0012345", "Nuñez", "José")
    assert ROUNDED_OF_SEVERAL in found.notes


FEW = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@FEW
@given(spoiled_sheets())
def test_no_line_goes_to_the_wrong_student_or_day_in_silence(spoiled: Spoiled) -> None:
    require_nothing_silent(spoiled)


@pytest.mark.soak
@pytest.mark.timeout(3_600)
@settings(max_examples=20_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(spoiled_sheets())
def test_no_line_of_many_more_sheets_goes_astray(spoiled: Spoiled) -> None:
    require_nothing_silent(spoiled)


@FEW
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_at_all_are_read_or_refused_in_words(data: bytes) -> None:
    found = outcome(Spoiled(NamedFile("sheet.csv", data), {}))
    assert found is None or all(entry.problems or entry.match.person for entry in found.entries)
