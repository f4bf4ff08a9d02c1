"""What the evidence a credential left at a reader proves, and in which words that is told."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Proof(StrEnum):
    """How a tap's evidence stands to whose tap it is said to be."""

    ABSENT = "absent"
    """The credential gave a number and nothing else."""
    PROVEN = "proven"
    REFUTED = "refuted"
    """It cannot be what it claims to be, so the tap never counts by itself."""
    UNPROVEN = "unproven"
    """It cannot be verified here, so the tap is worth what a bare number is worth."""


class Reason(StrEnum):
    """Why evidence proves nothing, or the contrary."""

    NO_KEY = "no-key"
    UNREADABLE = "unreadable"
    UNSUPPORTED = "unsupported"
    UNTIMED = "untimed"
    FORGED = "forged"
    BAD_CERTIFICATE = "bad-certificate"
    OTHER_CREDENTIAL = "other-credential"
    OTHER_STATION = "other-station"
    OTHER_TIME = "other-time"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    COPY = "copy"


SAYS: Final[Mapping[Reason, str]] = {
    Reason.NO_KEY: "its proof is by a key this school does not have; it counts like a bare number",
    Reason.UNREADABLE: "its proof cannot be read; it counts like a bare number",
    Reason.UNSUPPORTED: "its chip is set up in a way that cannot be verified; have it personalised again",
    Reason.UNTIMED: "its proof hangs on a time that is not known well enough; it counts like a bare number",
    Reason.FORGED: "its proof was not made with the key of the card or phone it claims to be",
    Reason.BAD_CERTIFICATE: "the phone's certificate claims to be from this school and is not",
    Reason.OTHER_CREDENTIAL: "its proof belongs to another card or phone",
    Reason.OTHER_STATION: "the phone answered for another station",
    Reason.OTHER_TIME: "its proof was made at another time than it was shown",
    Reason.EXPIRED: "the phone's certificate had ended; have it issued again",
    Reason.NOT_YET_VALID: "the phone's certificate had not begun",
    Reason.COPY: "the same proof was shown before; one of the two is a copy",
}
"""What a person is told; the subject is the tap."""

SUN_PLAIN: Final = "sun_plain"
"""The flag of a tap whose card writes its own number into an open link."""
TELLS_ITS_NUMBER: Final = "this card tells its number to anybody; have it personalised again"
