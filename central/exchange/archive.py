"""Open a zip of CSV files somebody handed in, without trusting what it says about itself."""

import io
import stat
import zipfile
import zlib
from collections.abc import Iterable
from typing import Final

from central.exchange.problem import Problem, Where

MOST_BYTES: Final = 256 * 1024 * 1024
"""A district of half a million pupils is about 150 MB unpacked."""
MOST_FILES: Final = 500
_CHUNK = 1024 * 1024


def csv_files(
    name: str, data: bytes, problems: list[Problem], most_bytes: int = MOST_BYTES
) -> dict[str, bytes]:
    """Return the CSV files of a zip by lower-case name without folders and suffix.

    What cannot be opened, is encrypted, doubled or larger than `most_bytes` in all is a problem.
    """
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _require_plain_names(name, archive.infolist(), problems)
            entries = [entry for entry in archive.infolist() if _is_table(entry)]
            if len(entries) > MOST_FILES:
                problems.append(Problem(Where(name), f"more than {MOST_FILES} CSV files; this is no roster"))
                return {}
            left = most_bytes
            for entry in entries:
                key = entry.filename.rsplit("/", 1)[-1].lower().removesuffix(".csv")
                if key in found:
                    problems.append(Problem(Where(f"{key}.csv"), "the zip holds this file more than once"))
                found[key] = _read(archive, entry, left)
                left -= len(found[key])
    except _TooLargeError:
        text = (
            f"unpacked it is larger than {most_bytes // 1024 // 1024} MiB; export one school or fewer years"
        )
        problems.append(Problem(Where(name), text))
        return {}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        problems.append(Problem(Where(name), f"the zip cannot be read ({error}); export it again"))
        return {}
    return found


def _require_plain_names(name: str, entries: Iterable[zipfile.ZipInfo], problems: list[Problem]) -> None:
    """Refuse names that lead out of a folder, and links: nothing honest has them, though none is followed."""
    for number, entry in enumerate(entries, start=1):
        parts = entry.filename.replace("\\", "/").split("/")
        is_link = stat.S_ISLNK(entry.external_attr >> 16)
        if is_link or ".." in parts or not parts[0] or parts[0].endswith(":"):
            text = f"entry {number} of the zip is a link or leads out of its folder; export it again"
            problems.append(Problem(Where(name), text))


class _TooLargeError(Exception):
    pass


def _is_table(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.lower().endswith(".csv") and not entry.filename.startswith("__MACOSX/")


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> bytes:
    """Read at most `left` bytes: the sizes a zip declares may be lies."""
    chunks = []
    with archive.open(entry) as file:
        while chunk := file.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise _TooLargeError
            chunks.append(chunk)
    return b"".join(chunks)
