"""A folder of wheels a station installs from without a network, checked before it goes on a card."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from provisioning.errors import ReleaseError

_WHEEL = re.compile(
    r"(?P<name>[A-Za-z0-9_.]+)-(?P<version>[A-Za-z0-9_.!+]+)(?:-[0-9][^-]*)?-[^-]+-[^-]+-(?P<platform>[^-]+)\.whl"
)
_OURS = "rollbook"


@dataclass(frozen=True, slots=True)
class Release:
    """The version of Rollbook in a folder of wheels, and the wheels by file name."""

    version: str
    wheels: Mapping[str, Path]


def read(folder: Path) -> Release:
    """Return the release in `folder`.

    Errors: ReleaseError for a folder without exactly one Rollbook wheel, a file that is no wheel, a
    wheel of another processor, or a version 0.0.0.x (the empty stub some registries hand out for lgpio).
    """
    files = sorted(folder.glob("*")) if folder.is_dir() else []
    if not files:
        msg = f"{folder} holds no wheels; build them as docs/howto/it.md says"
        raise ReleaseError(msg)
    versions: list[str] = []
    for file in files:
        match = _WHEEL.fullmatch(file.name)
        if not match:
            msg = f"{file} is not a wheel; leave only .whl files in the folder"
            raise ReleaseError(msg)
        platform = match["platform"]
        if platform != "any" and "aarch64" not in platform:
            msg = f"{file} is for {platform}; a station needs 'any' or 'aarch64'"
            raise ReleaseError(msg)
        if match["version"].startswith("0.0.0"):
            msg = f"{file} is an empty stub; take the package from apt instead"
            raise ReleaseError(msg)
        if match["name"] == _OURS:
            versions.append(match["version"])
    if len(versions) != 1:
        msg = f"{folder} holds {len(versions)} wheels of {_OURS}; it must hold exactly one"
        raise ReleaseError(msg)
    return Release(versions[0], {file.name: file for file in files})
