"""Published: the head of the log of school certificates, as a signed note and as a C2SP tlog-checkpoint."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from sync_agent.signing import Signature, SignatureError, SigningKey, VerifyKey, sign_note
from sync_agent.wire import VERSION, Fields, instant_text

PURPOSE: Final = "checkpoint"
_ED25519: Final = b"\x01"
_ID_BYTES: Final = 4
_DASH: Final = "\N{EM DASH} "


@dataclass(frozen=True, slots=True)
class Head:
    """How many school certificates the log of a school holds, and the root of the tree over them."""

    school: str
    size: int
    root: bytes

    @property
    def origin(self) -> str:
        """The log's name in the texts of C2SP; no signed note of ours can begin like it."""
        return f"{self.school}.log.rollbook"

    def signed(self, at: datetime, key: SigningKey) -> dict[str, str]:
        """Return the Signed object that tells this head."""
        members = {
            "v": VERSION,
            "school": self.school,
            "size": self.size,
            "root": self.root.hex(),
            "at": instant_text(at),
        }
        return sign_note(PURPOSE, members, key)

    @classmethod
    def of(cls, members: Mapping[str, object]) -> Self:
        """Read a proven note; raise WireError."""
        fields = Fields(PURPOSE, members)
        fields.fixed("v", VERSION)
        return cls(fields.text("school"), fields.whole("size"), fields.digest("root"))

    def text(self, key: SigningKey) -> str:
        """Write the head as a signed tlog-checkpoint (c2sp.org/tlog-checkpoint, c2sp.org/signed-note)."""
        body = f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"
        signature = _key_id(self.origin, key.verify_key) + key.sign(body.encode()).sig
        return f"{body}\n{_DASH}{self.origin} {base64.b64encode(signature).decode()}\n"


def open_text(text: str, school: str, key: VerifyKey) -> Head:
    """Return the head a tlog-checkpoint tells, once this key's signature under it is proven.

    Raises SignatureError for anything that is not this school's in its one form; signatures of others
    below ours are left alone.
    """
    body, _, below = text.partition("\n\n")
    lines = body.split("\n")
    try:
        origin, size, root = lines
        head = Head(school, int(size), base64.b64decode(root, validate=True))
        signature = _signature_of(below, origin, key)
    except (ValueError, binascii.Error) as error:
        msg = "the checkpoint is not as its specification has it"
        raise SignatureError(msg) from error
    if origin != head.origin:
        msg = f"the checkpoint is of {origin!r}, not of this school's log"
        raise SignatureError(msg)
    key.verify(f"{body}\n".encode(), Signature(key.kid, "ed25519", signature))
    return head


def _signature_of(below: str, origin: str, key: VerifyKey) -> bytes:
    for line in below.splitlines():
        name, _, told = line.removeprefix(_DASH).partition(" ")
        raw = base64.b64decode(told, validate=True)
        if line.startswith(_DASH) and name == origin and raw[:_ID_BYTES] == _key_id(origin, key):
            return raw[_ID_BYTES:]
    msg = "the checkpoint is not signed by this key"
    raise SignatureError(msg)


def _key_id(name: str, key: VerifyKey) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + key.public).digest()[:_ID_BYTES]
