"""Published: one TOML file into one frozen dataclass, with every mistake named in one go."""

from __future__ import annotations

import dataclasses
import os
import stat
import string
import tomllib
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from station.errors import SettingsError

T = TypeVar("T")

_SHORTEST_KEY = 32
_NAMES = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


@dataclasses.dataclass(frozen=True, slots=True)
class Secret:
    """A secret that stays in its file until the moment it is used; its repr shows only where."""

    file: Path
    is_credential: bool = False

    def __repr__(self) -> str:
        return f"Secret({self.file.name})"

    def text(self) -> str:
        """Return the file's text without the white space around it.

        Raises SettingsError when the file is missing, or readable by others than its owner.
        """
        try:
            mode = stat.S_IMODE(self.file.stat().st_mode)
            # systemd guards its credentials by an access list, which shows as group bits.
            if mode & 0o077 and not self.is_credential:
                msg = f"{self.file}: others may read this secret (mode {mode:04o}); run chmod 600 on it"
                raise SettingsError(msg)
            return self.file.read_text(encoding="ascii").strip()
        except OSError as error:
            msg = f"{self.file}: the secret cannot be read ({error.strerror}); put the file there, mode 0600"
            raise SettingsError(msg) from error
        except UnicodeDecodeError as error:
            msg = f"{self.file}: the secret is not plain text; write it as hexadecimal"
            raise SettingsError(msg) from error

    def hex_bytes(self, length: int) -> bytes:
        """Return the bytes the file spells in hexadecimal; raises SettingsError unless `length` of them."""
        try:
            value = bytes.fromhex(self.text())
        except ValueError:
            value = b""
        if len(value) != length:
            msg = f"{self.file}: a secret of {2 * length} hexadecimal characters is needed; make it again"
            raise SettingsError(msg)
        return value


def load(path: Path, cls: type[T], environ: Mapping[str, str] = os.environ) -> T:
    """Return the settings of a TOML file as the frozen dataclass `cls`.

    Fields may be text, numbers, truth values, `Path`, `Secret`, `Literal` choices, nested
    dataclasses, tuples of any of these, or any of these `| None`. A relative `Path` is taken from
    the file's own folder; a `Secret` first from $CREDENTIALS_DIRECTORY. A dataclass may raise
    ValueError in `__post_init__` to refuse values. Raises SettingsError naming every problem.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        msg = f"{path}: the configuration cannot be read ({error.strerror}); name the file with --config"
        raise SettingsError(msg) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f"{path}: this is not TOML ({error}); correct the line named"
        raise SettingsError(msg) from error
    loader = _Loader(path, environ)
    settings = loader.table(cls, table, "")
    if loader.problems or not isinstance(settings, cls):
        raise SettingsError(loader.problems)
    return settings


class _Loader:
    """Walks a table and a dataclass together and collects what does not fit."""

    def __init__(self, path: Path, environ: Mapping[str, str]) -> None:
        self._path = path
        self._credentials = environ.get("CREDENTIALS_DIRECTORY")
        self.problems: list[str] = []

    def table(self, cls: type, table: Mapping[str, object], where: str) -> object:
        """Return an instance of `cls`, or None after noting why there is none."""
        before = len(self.problems)
        hints = typing.get_type_hints(cls)
        fields = {field.name: field for field in dataclasses.fields(cls) if field.init}
        for key in table:
            if key not in fields:
                self._problem(where + key, f"this key is not known; allowed here: {', '.join(fields)}")
        values = {}
        for name, field in fields.items():
            if name in table:
                values[name] = self._value(hints[name], table[name], where + name)
            elif _is_required(field):
                self._problem(where + name, f"this key is missing; give {_describe(hints[name])}")
        if len(self.problems) > before:
            return None
        try:
            return cls(**values)
        except ValueError as error:
            self._problem(where.rstrip(".") or "file", str(error))
            return None

    def _value(self, hint: object, value: object, where: str) -> object:
        origin, args = typing.get_origin(hint), typing.get_args(hint)
        if origin in (types.UnionType, typing.Union):
            return self._value(next(arg for arg in args if arg is not type(None)), value, where)
        if origin is tuple and isinstance(value, list):
            return tuple(self._value(args[0], item, f"{where}[{n}]") for n, item in enumerate(value, 1))
        if origin is typing.Literal:
            fits: object = value if value in args else None
        elif dataclasses.is_dataclass(hint) and isinstance(hint, type) and hint is not Secret:
            return self._nested(hint, value, where)
        else:
            fits = self._scalar(hint, value)
        if fits is None:
            # What stands where a secret's file name belongs may be the secret itself.
            shown = "this" if hint is Secret else repr(value)
            self._problem(where, f"{shown} does not fit here; give {_describe(hint)}")
        return fits

    def _nested(self, hint: type, value: object, where: str) -> object:
        if isinstance(value, dict):
            return self.table(hint, value, f"{where}.")
        self._problem(where, "this is a table; write its keys under its name in brackets")
        return None

    def _scalar(self, hint: object, value: object) -> object:
        if hint is Path and isinstance(value, str) and value:
            return self._path.parent / value
        if hint is Secret and isinstance(value, str) and value and not _looks_secret(value):
            return self._secret(value)
        if hint is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        # bool is an int to Python, and `baud = true` is a mistake to everyone else.
        return value if type(value) is hint else None

    def _secret(self, name: str) -> Secret:
        # systemd closes the folder before it runs what puts the lamps out: no secret then, and no error.
        if self._credentials and os.path.isfile(Path(self._credentials) / name):  # noqa: PTH113  Path raises there
            return Secret(Path(self._credentials) / name, is_credential=True)
        return Secret(self._path.parent / name)

    def _problem(self, key: str, text: str) -> None:
        self.problems.append(f"{self._path}: {key}: {text}")


def _looks_secret(name: str) -> bool:
    return len(name) >= _SHORTEST_KEY and all(character in string.hexdigits for character in name)


def _is_required(field: dataclasses.Field[object]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _describe(hint: object) -> str:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return _describe(next(arg for arg in args if arg is not type(None)))
    if origin is tuple:
        return f"a list of {_describe(args[0])}"
    if origin is typing.Literal:
        return "one of " + ", ".join(repr(arg) for arg in args)
    if hint in (Path, Secret):
        return "the name of a file"
    return _NAMES.get(hint, "a table") if isinstance(hint, type) else "a table"
