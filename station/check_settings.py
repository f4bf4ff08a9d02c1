"""Published: where each setting in force comes from: the file, or the default."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from station.settings import Secret


def effective(settings: object, file: Path) -> list[str]:
    """Return one line a setting, `key = value (source)`; a secret shows where it lies and no more."""
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    return [f"file {file}", *_lines(settings, table, "")]


def _lines(settings: object, table: Mapping[str, object], where: str) -> Iterator[str]:
    if not dataclasses.is_dataclass(settings):
        return
    for field in dataclasses.fields(settings):
        value, given = getattr(settings, field.name), table.get(field.name)
        name = f"{where}{field.name}"
        if dataclasses.is_dataclass(value) and not isinstance(value, Secret):
            yield from _lines(value, given if isinstance(given, dict) else {}, f"{name}.")
        elif isinstance(value, tuple):
            for number, (item, part) in enumerate(zip(value, _list(given), strict=False), 1):
                yield from _lines(item, part if isinstance(part, dict) else {}, f"{name}[{number}].")
        else:
            source = "file" if field.name in table else "default"
            yield f"{name} = {_shown(value)} ({source})"


def _list(given: object) -> list[object]:
    return given if isinstance(given, list) else []


def _shown(value: object) -> str:
    if isinstance(value, Secret):
        kind = "credential" if value.is_credential else "file"
        return f"{kind} {value.file}"
    return "none" if value is None else str(value)
