"""A process's calls on its files, read from what strace wrote down."""

import re
from collections.abc import Callable, Iterable, Iterator

from tests.crash.calls import Call, Copy, Create, Link, Remove, Rename, Reserve, Resize, Say, Sync, Write

TRACED = (
    "openat write pwrite64 lseek ftruncate fallocate sendfile "
    "fsync fdatasync rename renameat2 link linkat unlink unlinkat"
).split()

_CALL = re.compile(r"(\w+)\((.*)\)\s+= (-?\d+)(?:<((?:\\x..)+)>)?")
# A file that has no name any more is of no interest: nobody can find it later.
_OPEN_FILE = re.compile(r"(\d+)<((?:\\x..)+)>(?!\(deleted\))")
_TEXT = re.compile(r'"((?:\\x..)*)"(\.\.\.)?')
_STDOUT = 1


class Transcript:
    """One process's calls on the files below a folder, named from there; failed ones changed nothing."""

    def __init__(self, root: str) -> None:
        self._root = root.rstrip("/")
        self._places: dict[int, int | None] = {}

    def calls(self, lines: Iterable[str]) -> Iterator[Call]:
        """Yield the calls in the order in which they returned."""
        for line in whole(lines):
            match = _CALL.match(line)
            if match is None or int(match[3]) < 0:
                continue
            name, args, result = match[1], match[2], int(match[3])
            yield from self._meanings[name](self, args, result, _plain(match[4] or ""))

    def _opened(self, args: str, descriptor: int, path: str) -> Iterator[Call]:
        # A new open file begins at its start, whatever an earlier one of this number had come to.
        self._places[descriptor] = None if "O_APPEND" in args else 0
        file = self._ours(path)
        if file is not None and "O_CREAT" in args:
            yield Create(file)
        if file is not None and "O_TRUNC" in args:
            yield Resize(file, 0)

    def _written(self, args: str, size: int, _path: str) -> Iterator[Call]:
        descriptor, path = _open_file(args)
        file = self._ours(path)
        if descriptor == _STDOUT:
            yield from (Say(line) for line in _data(args).decode().splitlines())
        elif file is not None:
            at = self._places[descriptor]
            self._places[descriptor] = None if at is None else at + size
            yield Write(file, at, _data(args)[:size])

    def _written_at(self, args: str, size: int, _path: str) -> Iterator[Call]:
        file = self._ours(_open_file(args)[1])
        if file is not None:
            yield Write(file, int(args.rsplit(", ", 1)[1]), _data(args)[:size])

    def _moved(self, args: str, at: int, _path: str) -> Iterator[Call]:
        descriptor = _open_file(args)[0]
        if self._places.get(descriptor) is not None:
            self._places[descriptor] = at
        yield from ()

    def _resized(self, args: str, _result: int, _path: str) -> Iterator[Call]:
        file = self._ours(_open_file(args)[1])
        if file is not None:
            yield Resize(file, int(args.rsplit(", ", 1)[1]))

    def _reserved(self, args: str, _result: int, _path: str) -> Iterator[Call]:
        file = self._ours(_open_file(args)[1])
        _, _mode, start, size = args.rsplit(", ", 3)
        if file is not None:
            yield Reserve(file, int(start) + int(size))

    def _sent(self, args: str, size: int, _path: str) -> Iterator[Call]:
        target, source, start, _ = args.split(", ")
        descriptor, path = _open_file(target)
        file, of = self._ours(path), self._ours(_open_file(source)[1])
        if file is not None and of is not None:
            at = self._places[descriptor] or 0
            self._places[descriptor] = at + size
            yield Copy(file, at, of, int(re.findall(r"\d+", start)[0]), size)

    def _synced(self, args: str, _result: int, _path: str) -> Iterator[Call]:
        path = self._ours(_open_file(args)[1])
        if path is not None:
            yield Sync(path)

    def _renamed(self, args: str, _result: int, _path: str) -> Iterator[Call]:
        old, new = (self._ours(_plain(match[1])) for match in _TEXT.finditer(args))
        if old is not None and new is not None:
            yield Rename(old, new)

    def _linked(self, args: str, _result: int, _path: str) -> Iterator[Call]:
        old, new = (self._ours(_plain(match[1])) for match in _TEXT.finditer(args))
        if old is not None and new is not None:
            yield Link(old, new)

    def _removed(self, args: str, _result: int, _path: str) -> Iterator[Call]:
        match = _TEXT.search(args)
        file = self._ours(_plain(match[1])) if match else None
        if file is not None:
            yield Remove(file)

    def _ours(self, path: str) -> str | None:
        """Return a path as named from our folder, None for what lies elsewhere."""
        if path == self._root:
            return "."
        return path.removeprefix(self._root + "/") if path.startswith(self._root + "/") else None

    _meanings: dict[str, Callable[["Transcript", str, int, str], Iterator[Call]]] = {  # noqa: RUF012 (a table, never changed)
        "openat": _opened,
        "write": _written,
        "pwrite64": _written_at,
        "lseek": _moved,
        "ftruncate": _resized,
        "fallocate": _reserved,
        "sendfile": _sent,
        "fsync": _synced,
        "fdatasync": _synced,
        "rename": _renamed,
        "renameat2": _renamed,
        "link": _linked,
        "linkat": _linked,
        "unlink": _removed,
        "unlinkat": _removed,
    }


def whole(lines: Iterable[str]) -> Iterator[str]:
    """Put together what strace wrote in two pieces because another thread spoke in between."""
    begun: dict[str, str] = {}
    for line in lines:
        thread, _, rest = line.partition(" ")
        rest = rest.strip()
        if rest.endswith("<unfinished ...>"):
            begun[thread] = rest.removesuffix("<unfinished ...>")
        elif rest.startswith("<... "):
            yield begun.pop(thread) + rest.partition(" resumed>")[2]
        else:
            yield rest


def _open_file(args: str) -> tuple[int, str]:
    match = _OPEN_FILE.match(args)
    return (int(match[1]), _plain(match[2])) if match else (-1, "")


def _data(args: str) -> bytes:
    match = _TEXT.search(args)
    if match is None or match[2]:
        msg = "strace left bytes out; let it print longer texts (-s)"
        raise ValueError(msg)
    return bytes.fromhex(match[1].replace("\\x", ""))


def _plain(escaped: str) -> str:
    return bytes.fromhex(escaped.replace("\\x", "")).decode()
