"""Published: the one file of a note: its text, central's signature, and the station's beside it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, cast

from sync_agent.errors import SignatureError, WireError
from sync_agent.signing import Signature
from sync_agent.wire import Fields, decode_object


@dataclass(frozen=True, slots=True)
class SignedText:
    """A note with central's signature, and the station's own where it has signed the same text."""

    note: str
    signature: Mapping[str, str]
    countersignature: Mapping[str, str] | None = None

    @property
    def sha256(self) -> str:
        """Return the name by which other notes speak of this one."""
        return sha256(self.note)

    @property
    def signed(self) -> dict[str, str]:
        """Return central's Signed object."""
        return {"note": self.note, **self.signature}

    @property
    def countersigned(self) -> dict[str, str] | None:
        """Return the station's Signed object."""
        return None if self.countersignature is None else {"note": self.note, **self.countersignature}

    def text(self) -> str:
        """Write the file: one line, in the one form that is read again."""
        members: dict[str, object] = dict(self.signed)
        if self.countersignature is not None:
            members["countersigned"] = dict(self.countersignature)
        return json.dumps(members, ensure_ascii=False, separators=(",", ":")) + "\n"

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Read a file; nothing is proven by that.

        Only the one form `text` writes is accepted, so that no bit of a file changes unnoticed.
        Raises WireError.
        """
        members = decode_object(data, "signed note").members
        counter = members.get("countersigned")
        try:
            found = cls(
                Fields("signed note", members).text("note"),
                Signature.of(members).members(),
                None if counter is None else Signature.of(cast("Mapping[str, object]", counter)).members(),
            )
        except (SignatureError, AttributeError) as error:
            msg = f"a signed note cannot be read ({error})"
            raise WireError(msg) from error
        if found.text().encode() != data:
            msg = "a signed note is not in its canonical form"
            raise WireError(msg)
        return found


def sha256(note: str) -> str:
    """Return the SHA-256 of a note's text, in hex."""
    return hashlib.sha256(note.encode()).hexdigest()
