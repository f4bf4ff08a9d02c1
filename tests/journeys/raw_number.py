"""Every way a card's raw number could lie on a disk, and the search for it in a folder of files."""

import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from station.journal import FILE_NAME, JournalReader

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_LETTER_BITS = 6
# Files that were given their size in advance hold little else, and no number is that long.
_ZEROS = re.compile(rb"\0{64,}")


@dataclass(frozen=True, slots=True)
class Found:
    """Where which number was found, and how it was written there."""

    place: str
    number: str
    form: str


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a number: bytes to be found in one view of a file, and what must stand around them."""

    name: str
    view: Callable[[bytes], bytes]
    core: bytes
    whole: re.Pattern[bytes] | None = None


def search(folder: Path, numbers: Mapping[str, bytes], words: Mapping[str, str]) -> Iterator[Found]:
    """Yield every number, and every word whatever its case, that lies anywhere in a folder."""
    wanted = [(name, form) for name, raw in numbers.items() for form in forms(raw)]
    wanted += [(name, Form("words", lower, word.lower().encode())) for name, word in words.items()]
    for place, data in _contents(folder):
        views = {form.view: form.view(data) for _, form in wanted}
        for name, form in wanted:
            seen = views[form.view]
            if form.core in seen and (form.whole is None or form.whole.search(seen)):
                yield Found(place, name, form.name)


@cache
def forms(raw: bytes) -> list[Form]:
    """Return every form a number is looked for in, from either end."""
    return [*_forms(raw, ""), *_forms(raw[::-1], ", last byte first")]


def _forms(data: bytes, order: str) -> Iterator[Form]:
    text, hexadecimal = data.decode("latin-1"), data.hex()
    yield Form(f"hexadecimal{order}", digits, hexadecimal.encode())
    yield Form(f"bytes{order}", as_it_is, data)
    yield Form(f"bytes as letters{order}", as_it_is, text.encode())
    yield Form(f"bytes as Python writes them{order}", as_it_is, repr(data)[2:-1].encode())
    yield Form(f"bytes as JSON writes them{order}", lower, json.dumps(text)[1:-1].lower().encode())
    yield Form(f"numbers{order}", unspaced, b",".join(b"%d" % byte for byte in data))
    yield Form(f"one number{order}", as_it_is, b"%d" % int.from_bytes(data))
    spelled = {
        "": data,
        " of hexadecimal": hexadecimal.encode(),
        " of HEXADECIMAL": hexadecimal.upper().encode(),
    }
    for (of, content), shift in itertools.product(spelled.items(), range(3)):
        core, whole = in_base64(content, shift)
        yield Form(f"base64{of}{order}, {shift} bytes into a group", one_alphabet, core, whole)


def as_it_is(data: bytes) -> bytes:
    """Return the bytes themselves."""
    return data


def lower(data: bytes) -> bytes:
    """Return letters as small ones."""
    return data.lower()


def unspaced(data: bytes) -> bytes:
    """Return what is left without blanks."""
    return re.sub(rb"\s", b"", data)


def digits(data: bytes) -> bytes:
    """Return what is left without whatever people and programs put between hexadecimal digits."""
    return re.sub(rb"0x|\\x|\\u00|[\s:.,_-]", b"", data.lower())


def one_alphabet(data: bytes) -> bytes:
    """Return the letters of base64 in the older of its two alphabets."""
    return data.translate(bytes.maketrans(b"-_", b"+/"))


def in_base64(data: bytes, shift: int) -> tuple[bytes, re.Pattern[bytes]]:
    """Return what bytes look like in base64, `shift` bytes into a group of three: letters, and all there is.

    The letters at either end tell some bits of the bytes beside them as well: any letter will do there
    that has the bits which are known.
    """
    known = "?" * (8 * shift) + "".join(f"{byte:08b}" for byte in data)
    known += "?" * (-len(known) % _LETTER_BITS)
    parts = [known[at : at + _LETTER_BITS] for at in range(0, len(known), _LETTER_BITS)]
    fitting = [_letters(part) for part in parts if part.strip("?")]
    core = "".join(letters for letters in fitting if len(letters) == 1)
    return core.encode(), re.compile("".join(f"[{re.escape(letters)}]" for letters in fitting).encode())


def _letters(known: str) -> str:
    return "".join(
        letter
        for value, letter in enumerate(_ALPHABET)
        if all(want in ("?", have) for want, have in zip(known, f"{value:06b}", strict=True))
    )


def _contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            yield str(file.relative_to(folder)), _ZEROS.sub(bytes(64), file.read_bytes())
        if file.name == FILE_NAME:
            # A long entry lies on several pages, and a number might be cut in two where one ends.
            reader = JournalReader(file)
            for epoch in reader.epochs():
                yield f"{file.name}, its entries", b"\n".join(_bodies(reader, epoch))


def _bodies(reader: JournalReader, epoch: int) -> Iterator[bytes]:
    seq = 0
    while rows := reader.rows(epoch, seq):
        yield from (row.body for row in rows)
        seq = rows[-1].seq
