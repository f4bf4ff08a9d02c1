"""What a written report says, read back out of its bytes by programs that are not ours."""

import io
from collections.abc import Iterator

import pypdfium2
from python_calamine import CalamineWorkbook

Rows = list[list[object]]


def pages(data: bytes) -> list[str]:
    """Return the words of each page of a PDF."""
    document = pypdfium2.PdfDocument(data)
    try:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    finally:
        document.close()


def blank_pages(data: bytes, first: int = 30) -> list[int]:
    """Return which of the first pages of a PDF have next to nothing drawn on them, seen as pictures."""
    document = pypdfium2.PdfDocument(data)
    found = []
    try:
        for number in range(min(len(document), first)):
            picture = document[number].render(scale=0.5).to_pil().convert("L")
            width, height = picture.size
            body = picture.crop((0, 0, width, int(height * 0.9)))
            drawn = sum(body.histogram()[:128])
            if not drawn:
                found.append(number + 1)
    finally:
        document.close()
    return found


def sheets(data: bytes) -> dict[str, Rows]:
    """Return the rows of each sheet of an XLSX file."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {
        name: [list(row) for row in book.get_sheet_by_name(name).to_python()] for name in book.sheet_names
    }


def cells(data: bytes) -> Iterator[object]:
    """Yield every cell of an XLSX file."""
    yield from (cell for rows in sheets(data).values() for row in rows for cell in row)
