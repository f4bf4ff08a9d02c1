"""The texts that the bytes of a file may be, the likeliest first."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OF_ONE_BYTE: Final = ("cp1252", "mac_roman", "cp850", "cp437", "cp1250", "cp1251", "iso8859_15")
_TWICE: Final = "utf-8 twice"
_SAMPLE: Final = 20_000
_MOST_ZEROS: Final = 0.2


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text the bytes may be, and the name of the encoding that makes it."""

    encoding: str
    text: str


def texts(data: bytes) -> list[Decoded]:
    """Return every text the bytes may be, the likeliest first; none where they are no text at all."""
    found: dict[str, Decoded] = {}
    for each in _texts(data):
        if "\0" not in each.text:
            found.setdefault(each.text, each)
    return list(found.values())


def _texts(data: bytes) -> Iterator[Decoded]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            # What a mark says is no guess.
            yield from _tried(data, encoding)
            return
    if wide := _wide(data):
        yield from _tried(data, wide)
    plain = list(_tried(data, "utf-8"))
    yield from plain
    if plain:
        if not plain[0].text.isascii():
            yield from _twice(plain[0].text)
        return
    for encoding in _OF_ONE_BYTE:
        yield from _tried(data, encoding)
    import charset_normalizer

    hint = charset_normalizer.from_bytes(data[:_SAMPLE]).best()
    if hint is not None:
        yield from _tried(data, hint.encoding)
    # Every byte means something there, so there is always one text to look at.
    yield Decoded("iso8859_1", data.decode("iso8859_1"))


def _tried(data: bytes, encoding: str) -> Iterator[Decoded]:
    try:
        yield Decoded(encoding, data.decode(encoding))
    except UnicodeDecodeError:
        return


def _twice(text: str) -> Iterator[Decoded]:
    """Undo a file that was UTF-8, opened as Windows-1252 and saved as UTF-8."""
    try:
        yield Decoded(_TWICE, text.encode("cp1252").decode("utf-8"))
    except UnicodeError:
        return


def _wide(data: bytes) -> str:
    """Name the UTF-16 without a mark: every second byte of western text is zero there."""
    sample = data[:_SAMPLE]
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = sample[start::2]
        if half and half.count(0) / len(half) > _MOST_ZEROS and not len(data) % 2:
            return encoding
    return ""
