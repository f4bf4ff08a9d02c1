"""CSV files are read forgivingly in their headers and strictly in their bytes."""

from hypothesis import given
from hypothesis import strategies as st

from central.exchange import table
from central.exchange.problem import Problem
from central.exchange.table import Columns, Row

COLUMNS = Columns(("sourcedId", "orgSourcedIds"), ("metadata.track",))


def read(data: bytes) -> tuple[list[Row], list[str]]:
    problems: list[Problem] = []
    rows = table.read("users.csv", data, COLUMNS, problems)
    return rows, [str(problem) for problem in problems]


@st.composite
def spellings(draw: st.DrawFn, name: str) -> str:
    """Return a header as some program writes it: other case, underscores, spaces, with or without s."""
    letters = [draw(st.sampled_from([c.lower(), c.upper()])) for c in name.removesuffix("s")]
    gaps = [draw(st.sampled_from(["", "_", " ", "-"])) for _ in letters]
    return "".join(a + b for a, b in zip(letters, gaps, strict=True)) + draw(st.sampled_from(["", "s", "S"]))


@given(
    first=spellings("sourcedId"),
    second=spellings("orgSourcedIds"),
    third=spellings("metadata.track"),
    order=st.permutations(range(4)),
    has_bom=st.booleans(),
    newline=st.sampled_from(["\n", "\r\n"]),
)
def test_a_header_may_be_spelled_and_ordered_as_the_exporting_program_likes(
    first: str, second: str, third: str, order: list[int], newline: str, *, has_bom: bool
) -> None:
    columns = [(first, "u1"), (second, "s1"), (third, "A"), ("sms", "555")]
    chosen = [columns[n] for n in order]
    lines = [",".join(header for header, _ in chosen), ",".join(value for _, value in chosen)]
    data = (b"\xef\xbb\xbf" if has_bom else b"") + newline.join(lines).encode()
    rows, problems = read(data)
    assert problems == []
    assert [dict(row.cells) for row in rows] == [
        {"sourcedId": "u1", "orgSourcedIds": "s1", "metadata.track": "A"}
    ]


@given(st.binary(max_size=200))
def test_no_bytes_whatever_bring_the_reader_down(data: bytes) -> None:
    read(data)


def test_rows_are_counted_as_a_spreadsheet_counts_them() -> None:
    rows, problems = read(b'sourcedId,orgSourcedIds\n"a\nb",s1\n,\nu2,s1\n')
    assert problems == []
    assert [row.where.row for row in rows] == [2, 4]


def test_a_missing_and_a_doubled_column_are_both_named() -> None:
    _, problems = read(b"sourcedId,SOURCED_ID\nu1,u1\n")
    assert problems == [
        "users.csv row 1 column sourcedId: this column appears more than once",
        "users.csv row 1 column orgSourcedIds: this column is missing",
    ]


def test_bytes_that_are_not_utf_8_are_named_with_their_line() -> None:
    rows, problems = read(b"sourcedId,orgSourcedIds\nu1,s1\nu2,Nu\xf1ez\n")
    assert rows == []
    assert problems == ["users.csv row 3: this is not UTF-8; save the file as UTF-8 and try again"]


def test_a_zero_byte_an_open_quote_and_a_short_row_are_problems() -> None:
    assert "zero byte" in read(b"sourcedId,orgSourcedIds\nu1,s\x00\n")[1][0]
    assert "users.csv row 2: the CSV cannot be read here" in read(b'sourcedId,orgSourcedIds\n"u1,s1\n')[1][0]
    assert "1 cells under 2 columns" in read(b"sourcedId,orgSourcedIds\nu1\n")[1][0]


def test_an_empty_file_is_a_problem() -> None:
    assert read(b"")[1] == ["users.csv: the file is empty; its first row names the columns"]


def test_only_iso_dates_are_dates() -> None:
    problems: list[Problem] = []
    columns = Columns(("on",))
    data = b"on\n2024-08-19\n8/19/2024\n20240819\n2024-W34-1\n2024-02-30\n\n"
    rows = table.read("x.csv", data, columns, problems)
    assert [row.day("on") is not None for row in rows] == [True, False, False, False, False]
    assert [problem.where.row for problem in problems] == [3, 4, 5, 6]


def test_line_breaks_and_overlong_text_in_a_cell_are_problems() -> None:
    rows, problems = read(b'sourcedId,orgSourcedIds\n"a\nb",' + b"x" * 300 + b"\n")
    assert problems == []
    rows[0].text("sourcedId")
    rows[0].text("orgSourcedIds")
    assert [problem.column for problem in rows[0].problems] == ["sourcedId", "orgSourcedIds"]
