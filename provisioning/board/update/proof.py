"""Prove what a folder offers against the release key the board trusts, and against what was seen before."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from tuf.api.exceptions import DownloadError, RepositoryError
from tuf.ngclient.updater import Updater

from provisioning.board.update.durable import keep
from provisioning.board.update.errors import ProofError
from provisioning.board.update.folder import METADATA, TARGETS, FolderFetcher, address
from provisioning.board.update.layout import VERSION
from sync_agent.release_platform import platform_name

NEWEST: Final = "newest.json"
"""The file of a release folder that describes the release added last."""
_MOST_DESCRIPTION: Final = 256 * 1024
_MOST_WHEELS: Final = 200
MOST_BYTES: Final = 256 * 1024 * 1024
"""All wheels of one release together are no larger."""


@dataclass(frozen=True, slots=True)
class Description:
    """What a release is made of: for each platform the wheels, and what comes from the system instead."""

    version: str
    wheels: Mapping[str, Sequence[str]]
    from_apt: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, text: bytes) -> "Description":
        """Read a proven description; raises ProofError for one this release cannot read."""
        try:
            told = json.loads(text)
            found = cls(
                str(told["version"]),
                {
                    str(name): [str(wheel) for wheel in each["wheels"]]
                    for name, each in told["platforms"].items()
                },
                {
                    str(name): [str(one) for one in each["from_apt"]]
                    for name, each in told["platforms"].items()
                },
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            msg = "the release's description cannot be read; it may be of a later form"
            raise ProofError(msg) from error
        if (
            not VERSION.fullmatch(found.version)
            or max(map(len, found.wheels.values()), default=0) > _MOST_WHEELS
        ):
            msg = "the release's description names no version, or more wheels than a release has"
            raise ProofError(msg)
        return found


class Offered:
    """A folder with signed releases, proven as far as it is looked at.

    `trusted` keeps what was proven before, so that nothing older is believed again; `root` is the public
    beginning of trust. `no_sooner_than` is a time that has come for certain: expiry is judged by it and
    not by a clock that may be wrong. Every method raises ProofError.
    """

    def __init__(self, source: Path, trusted: Path, root: bytes, no_sooner_than: datetime) -> None:
        trusted.mkdir(parents=True, exist_ok=True)
        try:
            self._updater = Updater(
                metadata_dir=str(trusted),
                metadata_base_url=address(METADATA),
                target_base_url=address(TARGETS),
                fetcher=FolderFetcher(source),
                bootstrap=root,
            )
            # A board has no battery behind its clock.
            trusted_set = self._updater._trusted_set  # noqa: SLF001  no other way to tell it the time
            trusted_set.reference_time = no_sooner_than
            self._updater.refresh()
        except (RepositoryError, DownloadError, OSError) as error:
            raise _refusal(source, error) from error
        # Before anything rests on it: what was seen once must not be unseen by a power cut.
        keep(trusted)
        self._source = source

    def newest(self, scratch: Path) -> Description:
        """Return the release that was added last."""
        return self._described(NEWEST, scratch)

    def description(self, version: str, scratch: Path) -> Description:
        """Return what a release is made of."""
        found = self._described(f"rollbook-{version}.json", scratch)
        if found.version != version:
            msg = f"the description of release {version} is of {found.version}; build the release again"
            raise ProofError(msg)
        return found

    def fetch(self, description: Description, into: Path) -> Mapping[str, str]:
        """Copy the wheels for this machine into a folder; return the SHA-256 of each by its name."""
        platform = platform_name()
        names = description.wheels.get(platform)
        if not names:
            msg = (
                f"release {description.version} has nothing for {platform}; add its wheels and sign it again"
            )
            raise ProofError(msg)
        digests: dict[str, str] = {}
        left = MOST_BYTES
        for name in names:
            digests[name] = self._copied(name, into / name, left)
            left -= (into / name).stat().st_size
        return digests

    def verified(self, name: str) -> Path:
        """Return where a signed file lies in the folder, once its content was found to be what was signed."""
        with tempfile.TemporaryDirectory() as scratch:
            digest = self._copied(name, Path(scratch, "file"))
        return self._source / TARGETS / f"{digest}.{name}"

    def _described(self, name: str, scratch: Path) -> Description:
        file = scratch / name
        self._copied(name, file, _MOST_DESCRIPTION)
        return Description.of(file.read_bytes())

    def _copied(self, name: str, file: Path, most_bytes: int = MOST_BYTES) -> str:
        if "/" in name or name.startswith("."):
            msg = f"the release names a file {name!r} that is no plain name; build it again"
            raise ProofError(msg)
        try:
            target = self._updater.get_targetinfo(name)
            if target is None or target.length > most_bytes or "sha256" not in target.hashes:
                msg = f"{self._source}: {name} is not signed, or too large"
                raise ProofError(msg)
            file.parent.mkdir(parents=True, exist_ok=True)
            self._updater.download_target(target, str(file))
        except (RepositoryError, DownloadError, OSError) as error:
            raise _refusal(self._source, error) from error
        return target.hashes["sha256"]


def _refusal(source: Path, error: Exception) -> ProofError:
    return ProofError(f"{source}: refused ({type(error).__name__}: {error}); fetch or sign the release again")
