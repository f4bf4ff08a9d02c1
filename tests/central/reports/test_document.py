"""A printed document says all it was given, in its order, with room for signatures."""

import pypdfium2

from central.reports.document import write
from central.reports.document_parts import Heading, PageBreak, Part, Signatures, Table, Text
from central.reports.lettering import ADVICE

ROWS = [(f"00{1000 + number}", "Núñez, Ángel", "370") for number in range(90)]


def pages(data: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(data)
    try:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    finally:
        document.close()


def test_headings_paragraphs_tables_and_signatures_stand_in_their_order() -> None:
    said = pages(
        write(
            [
                Heading("Report to the board", 1),
                Text('Smoke & fire <b>"closed"</b> it'),
                Table(("Number", "Name", "Minutes"), ROWS[:2], frozenset({2})),
                Table(("Nothing",), [], empty="Nobody was marked."),
                Signatures(("School leader", "President of the board")),
            ],
            footer="Cedar Charter",
        )
    )
    (page,) = said
    order = ["Report to the board", '<b>"closed"</b>', "001000", "Núñez, Ángel", "Nobody was marked."]
    order += ["School leader: signature", "President of the board: signature"]
    places = [page.index(text) for text in order]
    assert places == sorted(places)
    assert "Cedar Charter" in page


def test_a_long_table_says_its_headings_on_every_page_and_loses_no_row() -> None:
    said = pages(write([Heading("Long"), Table(("Number", "Name", "Minutes"), ROWS)]))
    assert len(said) > 1
    assert all("Number Name Minutes" in page for page in said)
    assert all(row[0] in " ".join(said) for row in ROWS)
    assert "001000" in said[0]


def test_what_follows_a_page_break_is_on_the_next_page_and_a_wide_table_turns_the_sheet() -> None:
    first, second = pages(write([Text("one"), PageBreak(), Text("two")]))
    assert "one" in first
    assert "two" in second
    document = pypdfium2.PdfDocument(write([Table([f"column {at}" for at in range(9)], [["x"] * 9])]))
    width, height = document[0].get_size()
    document.close()
    assert width > height


def test_the_same_parts_are_the_same_bytes_and_a_lost_letter_is_told() -> None:
    parts: list[Part] = [Heading("Núñez", 1), Table(("a",), [("b",)])]
    assert write(parts) == write(parts)
    assert ADVICE not in " ".join(pages(write(parts)))
    assert "could not be printed" in " ".join(pages(write([Text("\U00013000")])))


def test_what_cannot_be_drawn_is_said_before_it_is_signed() -> None:
    text = " ".join(pages(write([Heading("A name", 1), Text("李"), Signatures(["Principal"])])))
    assert -1 < text.index(ADVICE[:30]) < text.index("Principal")
