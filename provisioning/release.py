"""A release a station installs from without a network, as one bundle carries it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from provisioning.errors import ReleaseError

_WHEEL = re.compile(
    r"(?P<name>[A-Za-z0-9_.]+)-(?P<version>[A-Za-z0-9_.!+]+)(?:-[0-9][^-]*)?-[^-]+-[^-]+-(?P<platform>[^-]+)\.whl"
)
_OURS = "rollbook"
_PROCESSORS = ("aarch64", "armv7l")


@dataclass(frozen=True, slots=True)
class Release:
    """The version of Rollbook in a folder of wheels, the wheels by file name, and the trust in later ones.

    `root` is the text a station proves later releases with; None for wheels that nobody signed.
    """

    version: str
    wheels: Mapping[str, Path]
    root: str | None = None


def read(folder: Path) -> Release:
    """Return the release in `folder`: plain wheels, or the newest of a folder of signed releases.

    Errors: ReleaseError for a folder without exactly one Rollbook wheel, a file that is no wheel, a
    wheel of another processor, or a version 0.0.0.x (the empty stub some registries hand out for lgpio);
    and for a signed folder that its own key does not vouch for.
    """
    if (folder / "metadata" / "timestamp.json").is_file():
        return _signed(folder)
    files = sorted(folder.glob("*")) if folder.is_dir() else []
    if not files:
        msg = f"{folder} holds no wheels; build them as docs/howto/it-update.md says"
        raise ReleaseError(msg)
    versions: list[str] = []
    for file in files:
        match = _WHEEL.fullmatch(file.name)
        if not match:
            msg = f"{file} is not a wheel; leave only .whl files in the folder"
            raise ReleaseError(msg)
        platform = match["platform"]
        if platform != "any" and not any(processor in platform for processor in _PROCESSORS):
            msg = f"{file} is for {platform}; a station needs 'any', 'aarch64' or 'armv7l'"
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


def _signed(folder: Path) -> Release:
    # The libraries of proof are loaded for a signed folder alone.
    from provisioning import release_proof

    proven = release_proof.newest(folder)
    return Release(proven.version, proven.wheels, proven.root)
