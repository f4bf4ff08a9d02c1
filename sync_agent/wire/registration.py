"""The request by which a station makes a new epoch of its journal known."""

from dataclasses import dataclass
from typing import Self

from sync_agent.wire.envelope import VERSION, expect
from sync_agent.wire.fields import Fields

EPOCHS_PATH = "/v1/stations/{station}/epochs"
ROSTER_PATH = "/v1/stations/{station}/roster"
TIME_PATH = "/v1/time"
CONFIG_PATH = "/v1/stations/{station}/config"
CERTIFICATE_PATH = "/v1/stations/{station}/certificates/{day}"
RELEASE_PATH = "/v1/stations/{station}/release/{part}/{name}"
USB_PATH = "/v1/import/usb"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A new epoch, why it began, and where the one before it ended."""

    station: str
    epoch: int
    reason: str
    prev_epoch: int | None
    prev_head: bytes | None
    nonce: str

    def members(self) -> dict[str, object]:
        """Return the request as a JSON object."""
        return {
            "v": VERSION,
            "type": "epoch",
            "station": self.station,
            "epoch": self.epoch,
            "reason": self.reason,
            "prev_epoch": self.prev_epoch,
            "prev_head": None if self.prev_head is None else self.prev_head.hex(),
            "nonce": self.nonce,
        }

    @classmethod
    def of(cls, fields: Fields) -> Self:
        """Read a request from decoded JSON.

        Raises WireError.
        """
        expect(fields, "epoch")
        return cls(
            station=fields.text("station"),
            epoch=fields.whole("epoch", 1),
            reason=fields.text("reason"),
            prev_epoch=fields.whole_or_none("prev_epoch", 1),
            prev_head=fields.digest_or_none("prev_head"),
            nonce=fields.nonce("nonce"),
        )
