"""What the groups of endpoints share."""

from dataclasses import dataclass
from pathlib import Path

from central.intake.acks import Now, Signer
from central.intake.keyring import Keyring
from central.intake.writer import Writer


@dataclass(frozen=True, slots=True)
class Parts:
    """The pieces of one intake; `data` is central's data folder."""

    writer: Writer
    signer: Signer
    keyring: Keyring
    now: Now
    data: Path
