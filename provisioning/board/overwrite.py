"""Files changed where they lie: what was there before can no more be read from the card's raw bytes."""

import os
from collections.abc import Iterable
from pathlib import Path

_GONE = b"x"


def overwrite(file: Path, content: bytes) -> None:
    """Put `content` into a file over its old bytes, and zeros over what is left of them.

    A file written anew beside the old one would leave the old one's bytes on the card.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "r+b") as stream:
        before = os.fstat(stream.fileno()).st_size
        stream.write(content.ljust(before, b"\0"))
        stream.flush()
        os.fsync(stream.fileno())
        if before > len(content):
            stream.truncate(len(content))
            os.fsync(stream.fileno())


def erase(file: Path) -> None:
    """Overwrite a file with zeros and remove it; one that is not there is fine."""
    if file.is_file():
        overwrite(file, bytes(file.stat().st_size))
        file.unlink()


def redact(file: Path, secrets: Iterable[bytes]) -> bool:
    """Cross out every secret in a file, letter for letter; tell whether there was one.

    Nothing moves: what counts the bytes of the file, as a pickle does, can still be read.
    """
    before = after = file.read_bytes()
    for secret in secrets:
        after = after.replace(secret, _GONE * len(secret))
    if after == before:
        return False
    overwrite(file, after)
    return True
