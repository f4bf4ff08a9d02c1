"""What the groups of endpoints share."""

from dataclasses import dataclass
from pathlib import Path

from central.intake.acks import Now, Signer, pace
from central.intake.admission import Admission
from central.intake.keyring import Keyring
from central.intake.writer import Writer
from sync_agent import wire


@dataclass(frozen=True, slots=True)
class Parts:
    """The pieces of one intake; `data` is central's data folder."""

    writer: Writer
    signer: Signer
    keyring: Keyring
    now: Now
    data: Path
    admission: Admission

    def pace(self) -> wire.Pace:
        """Return how often and how much the stations are to send, by what this intake was seen to do."""
        return pace(self.keyring.size, self.admission.units_a_second)
