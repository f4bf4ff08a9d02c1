"""A folder of wheels, read and found to be what a release may consist of."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path
from typing import Final
from zipfile import BadZipFile, ZipFile

from packaging.markers import InvalidMarker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.tags import Tag
from packaging.utils import InvalidWheelFilename, NormalizedName, canonicalize_name, parse_wheel_filename

from provisioning.errors import ReleaseError

OURS: Final = canonicalize_name("rollbook")
_MOST_METADATA: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Wheel:
    """One wheel: what it is called, which machines take it, and what it needs."""

    file: Path
    name: NormalizedName
    version: str
    tags: frozenset[Tag]
    needs: Sequence[Requirement]

    @property
    def sha256(self) -> str:
        """Return the digest of the file, in hex."""
        return hashlib.sha256(self.file.read_bytes()).hexdigest()


def read(files: Iterable[Path]) -> list[Wheel]:
    """Return the wheels in these files, in the order of their names.

    Raises ReleaseError naming every file that is no sound wheel, and every stub 0.0.0.x.
    """
    wheels, wrong = [], []
    for file in sorted(files):
        try:
            wheel = _wheel(file)
        except (
            InvalidWheelFilename,
            InvalidRequirement,
            InvalidMarker,
            BadZipFile,
            OSError,
            KeyError,
        ) as error:
            wrong.append(f"{file} is not a sound wheel ({error}); leave only .whl files in the folder")
            continue
        if re.match(r"0\.0\.0(\D|$)", wheel.version):
            wrong.append(f"{file} is an empty stub; take the package from apt instead")
        wheels.append(wheel)
    if wrong:
        raise ReleaseError("\n".join(wrong))
    return wheels


def _wheel(file: Path) -> Wheel:
    name, version, _, tags = parse_wheel_filename(file.name)
    with ZipFile(file) as archive:
        described = (each for each in archive.infolist() if each.filename.endswith(".dist-info/METADATA"))
        inside = next(described, None)
        if inside is None:
            msg = "it describes nothing"
            raise BadZipFile(msg)
        if inside.file_size > _MOST_METADATA:
            msg = "its description is larger than any"
            raise BadZipFile(msg)
        told = Parser().parsestr(archive.read(inside).decode(errors="replace"), headersonly=True)
    needs = [Requirement(text) for text in told.get_all("Requires-Dist", [])]
    return Wheel(file, name, str(version), tags, needs)
