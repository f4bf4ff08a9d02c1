"""Name what differs between a file of a report and the same file made again."""

import json
import re
import zlib
from base64 import a85decode
from collections.abc import Iterator
from itertools import islice, zip_longest
from typing import Final, TypeAlias

from central.exchange.sheets import workbook_in
from central.exchange.sheets.line import UnreadableError

MOST: Final = 20
"""So many differences are named one by one."""
_OBJECT: Final = re.compile(rb"(?<!\d)(\d+) 0 obj\b(.*?)\bendobj", re.DOTALL)
_PAGE: Final = re.compile(rb"/Type\s*/Page\b(?!s)")
_DRAWN: Final = re.compile(rb"\(((?:\\.|[^\\)])*)\) Tj")
_CONTENTS: Final = re.compile(rb"/Contents\s+(\d+) 0 R")
Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"


def differences(data: bytes, again: bytes, form: str) -> list[str]:
    """Return what a file says and what it would say by the records, at most 20 lines of it."""
    found = _EACH[form](data, again)
    named = list(islice(found, MOST + 1))
    return [*named[:MOST], "and more"] if len(named) > MOST else named


def _lines(data: bytes, again: bytes) -> Iterator[str]:
    ours = again.decode().splitlines()
    for number, (here, there) in enumerate(zip_longest(_text(data).splitlines(), ours), start=1):
        if here != there:
            yield f"line {number}: {_said(here)} in the file, {_said(there)} by the records"


def _members(data: bytes, again: bytes) -> Iterator[str]:
    try:
        here: Json = json.loads(data)
    except ValueError:
        yield "the file is no JSON any more"
        return
    yield from _walk(here, json.loads(again), "")


def _walk(here: Json, there: Json, path: str) -> Iterator[str]:
    if isinstance(here, dict) and isinstance(there, dict):
        for name in sorted(here.keys() | there.keys()):
            yield from _walk(here.get(name), there.get(name), f"{path}.{name}" if path else name)
    elif isinstance(here, list) and isinstance(there, list):
        for at, (one, other) in enumerate(zip_longest(here, there)):
            yield from _walk(one, other, f"{path}[{at}]")
    elif here != there:
        yield f"{path}: {_said(here)} in the file, {_said(there)} by the records"


def _cells(data: bytes, again: bytes) -> Iterator[str]:
    try:
        here = workbook_in.cells(data)
    except UnreadableError:
        yield "the file is no workbook any more"
        return
    there = workbook_in.cells(again)
    empty: list[object] = []
    for name in [*there, *(each for each in here if each not in there)]:
        if name not in here or name not in there:
            yield f"the sheet {name} is only in {'the file' if name in here else 'the records'}"
            continue
        rows = zip_longest(here[name], there[name], fillvalue=empty)
        for number, (one, other) in enumerate(rows, start=1):
            for at, (mine, theirs) in enumerate(zip_longest(one, other, fillvalue="")):
                if mine != theirs:
                    place = f"{name}, cell {_column(at)}{number}"
                    yield f"{place}: {_said(mine)} in the file, {_said(theirs)} by the records"


def _pages(data: bytes, again: bytes) -> Iterator[str]:
    here, there = _contents(data), _contents(again)
    if len(here) != len(there):
        yield f"it has {len(here)} pages; by the records there are {len(there)}"
    for number, (one, other) in enumerate(zip(here, there, strict=False), start=1):
        if one != other:
            yield f"page {number} is not the page the records make"
            words = zip_longest(_words(one), _words(other))
            for mine, theirs in ((mine, theirs) for mine, theirs in words if mine != theirs):
                yield f"page {number}: {_said(mine)} in the file, {_said(theirs)} by the records"


def _contents(data: bytes) -> list[bytes]:
    """Return what is drawn on each page of a PDF of ours, compressed as it is."""
    objects: dict[bytes, bytes] = {}
    for number, body in _OBJECT.findall(data):
        objects.setdefault(number, body)
    pages = [body for body in objects.values() if _PAGE.search(body)]
    named = (_CONTENTS.search(body) for body in pages)
    return [objects.get(found[1], b"") if found else b"" for found in named]


def _words(contents: bytes) -> list[str]:
    """Return the texts a page of ours draws, in order; what cannot be read says nothing."""
    begins = contents.find(b"stream")
    packed = contents[begins + len(b"stream") : contents.rfind(b"endstream")].strip().removesuffix(b"~>")
    try:
        drawn = zlib.decompress(a85decode(packed))
    except (ValueError, zlib.error):
        return []
    return [text.decode("latin-1") for text in _DRAWN.findall(drawn)]


def _text(data: bytes) -> str:
    return data.decode(errors="replace")


def _said(value: object) -> str:
    return "nothing" if value is None or value == "" else repr(value)


def _column(at: int) -> str:
    """Return a spreadsheet's name of a column, from 0 on."""
    name, left = "", at + 1
    while left:
        left, rest = divmod(left - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


_EACH: Final = {"text": _lines, "csv": _lines, "json": _members, "xlsx": _cells, "pdf": _pages}
