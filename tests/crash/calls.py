"""What a process may ask of its disk, as far as a power cut can tell the difference."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes put into a file; `at` is None for a file opened to append."""

    file: str
    at: int | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Resize:
    """A file cut off or lengthened with zeros."""

    file: str
    size: int


@dataclass(frozen=True, slots=True)
class Reserve:
    """Room asked for: the file is never shorter than this afterwards."""

    file: str
    size: int


@dataclass(frozen=True, slots=True)
class Copy:
    """Bytes copied by the kernel from one file to another, or from a file that is not watched."""

    file: str
    at: int
    source: str
    start: int
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    """A file's bytes, or a folder's names, asked to be on the disk by now."""

    path: str


@dataclass(frozen=True, slots=True)
class Create:
    """A name that may not have been there before."""

    file: str


@dataclass(frozen=True, slots=True)
class Rename:
    """A file given another name, in the place of whatever had it."""

    file: str
    to: str


@dataclass(frozen=True, slots=True)
class Link:
    """A second name for a file."""

    file: str
    to: str


@dataclass(frozen=True, slots=True)
class Remove:
    """A name taken away."""

    file: str


@dataclass(frozen=True, slots=True)
class Say:
    """A line the process wrote to its standard output."""

    text: str


Call: TypeAlias = Write | Resize | Reserve | Copy | Sync | Create | Rename | Link | Remove | Say
