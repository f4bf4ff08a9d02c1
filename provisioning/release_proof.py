"""A folder of signed releases, proven on a laptop from its first note of trust on."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from provisioning.board.update.errors import ProofError
from provisioning.board.update.folder import METADATA
from provisioning.board.update.proof import Offered
from provisioning.errors import ReleaseError

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Proven:
    """The newest release of a folder: its version, its wheels by file name, and the newest note of trust."""

    version: str
    wheels: Mapping[str, Path]
    root: str


def newest(folder: Path, now: datetime = _NEVER) -> Proven:
    """Read every file of the newest release and compare it with what was signed.

    Without `now` it does not matter when the folder was to be signed anew. Raises ReleaseError.
    """
    roots = sorted((folder / METADATA).glob("*.root.json"), key=lambda file: int(file.name.split(".")[0]))
    if not roots:
        msg = f"{folder} has no root.json; take a complete copy of the folder of releases"
        raise ReleaseError(msg)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            offered = Offered(folder, Path(scratch, "trusted"), roots[0].read_bytes(), now)
            description = offered.newest(Path(scratch))
            names = {name for wheels in description.wheels.values() for name in wheels}
            wheels = {name: offered.verified(name) for name in sorted(names)}
    except ProofError as error:
        raise ReleaseError(str(error)) from error
    return Proven(description.version, wheels, roots[-1].read_text("utf-8"))
