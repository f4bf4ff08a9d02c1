"""The requests by which a station brings its first key, or the next one, and central's answer to both."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from sync_agent.errors import WireError
from sync_agent.signing import Signature, SignatureError, SigningKey, VerifyKey, open_note, sign_note
from sync_agent.wire.envelope import VERSION, expect
from sync_agent.wire.fields import Fields, compact, decode_object, instant_text
from sync_agent.wire.framing import open_lines, seal_lines

ENROLMENTS_PATH = "/v1/enrolments"
KEYS_PATH = "/v1/stations/{station}/keys"
PURPOSE = "key"
SUCCESSOR = "successor"
MOST_BYTES = 4_096


class KeyState(StrEnum):
    """How far central has come with a key it took."""

    TAKEN = "taken"
    IN_USE = "in-use"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A station's first key, and the one-time token by which it may be brought.

    A token begins with the code of its school and a hyphen.
    """

    station: str
    token: str
    public: VerifyKey
    nonce: str
    sw: str

    @property
    def school(self) -> str:
        """Return the school the token is of."""
        return self.token.rpartition("-")[0]

    def members(self) -> dict[str, object]:
        """Return the request as a JSON object."""
        return {
            "v": VERSION,
            "type": "enrolment",
            "station": self.station,
            "token": self.token,
            "public": self.public.public.hex(),
            "nonce": self.nonce,
            "sw": self.sw,
        }

    @classmethod
    def of(cls, fields: Fields) -> Self:
        """Read a request from decoded JSON; raise WireError."""
        expect(fields, "enrolment")
        return cls(
            station=fields.text("station"),
            token=fields.text("token"),
            public=_public(fields),
            nonce=fields.nonce("nonce"),
            sw=fields.text("sw"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """A station's next key; whoever asks has shown to hold both the old one and the new one."""

    station: str
    public: VerifyKey
    nonce: str

    def request(self, old: SigningKey, new: SigningKey) -> bytes:
        """Frame the request: the new key signs that it follows the old one, the old one signs all of it."""
        proof = sign_note(SUCCESSOR, self._follows(old.kid), new)
        members = {
            "v": VERSION,
            "type": "rotation",
            "station": self.station,
            "public": self.public.public.hex(),
            "nonce": self.nonce,
            "proof": proof,
        }
        return seal_lines([compact(members)], old.sign)

    @classmethod
    def parse(cls, data: bytes) -> tuple[Self, bytes, Signature]:
        """Return a rotation, the bytes the old key signs, and that signature, not yet verified.

        That the new key is held by whoever asks is proven here. Raises WireError, SignatureError.
        """
        fields, signed, signature = _one_line(data, "rotation")
        expect(fields, "rotation")
        rotation = cls(station=fields.text("station"), public=_public(fields), nonce=fields.nonce("nonce"))
        said = open_note(SUCCESSOR, fields.nested("proof").members, rotation.public)
        if said != rotation._follows(signature.kid):
            msg = "the new key signed something else than that it follows the old one"
            raise SignatureError(msg)
        return rotation, signed, signature

    def _follows(self, old_kid: str) -> dict[str, object]:
        return {"station": self.station, "after": old_kid, "nonce": self.nonce}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyNote:
    """Central's word on a key: it is kept, or it is in use from now on."""

    station: str
    kid: str
    nonce: str
    state: KeyState
    at: datetime
    server: str
    inc: str
    term: int

    def members(self) -> dict[str, object]:
        """Return the note to be signed for the purpose "key"."""
        return {
            "station": self.station,
            "kid": self.kid,
            "nonce": self.nonce,
            "state": str(self.state),
            "at": instant_text(self.at),
            "server": self.server,
            "inc": self.inc,
            "term": self.term,
        }

    @classmethod
    def of(cls, members: Mapping[str, object]) -> Self:
        """Read a proven note; raise WireError."""
        fields = Fields(PURPOSE, members)
        name = "state"
        state = fields.text(name)
        if state not in set(KeyState):
            raise fields.wrong(name, "taken or in-use")
        return cls(
            station=fields.text("station"),
            kid=fields.text("kid"),
            nonce=fields.nonce("nonce"),
            state=KeyState(state),
            at=fields.instant("at"),
            server=fields.text("server"),
            inc=fields.text("inc"),
            term=fields.whole("term"),
        )


def enrolment_request(enrolment: Enrolment, sign: Callable[[bytes], Signature]) -> bytes:
    """Frame an enrolment and sign it with the key it brings."""
    return seal_lines([compact(enrolment.members())], sign)


def parse_enrolment_request(data: bytes) -> Enrolment:
    """Return an enrolment whose own key is proven to have signed it.

    Raises WireError, SignatureError.
    """
    fields, signed, signature = _one_line(data, "enrolment")
    enrolment = Enrolment.of(fields)
    enrolment.public.verify(signed, signature)
    return enrolment


def key_answer(note: Mapping[str, object], sign: SigningKey) -> bytes:
    """Return the body of central's answer."""
    return compact({"v": VERSION, "key": sign_note(PURPOSE, note, sign)})


def parse_key_answer(body: bytes, server: VerifyKey) -> KeyNote:
    """Return what central signed; raises WireError, SignatureError."""
    fields = decode_object(body, PURPOSE)
    return KeyNote.of(open_note(PURPOSE, fields.nested("key").members, server))


def _one_line(data: bytes, name: str) -> tuple[Fields, bytes, Signature]:
    lines, signed, signature = open_lines(data)
    if len(lines) != 1 or len(data) > MOST_BYTES:
        msg = f"{name} has one line and its signature, {MOST_BYTES} bytes at most"
        raise WireError(msg)
    return decode_object(lines[0], name), signed, signature


def _public(fields: Fields) -> VerifyKey:
    name = "public"
    try:
        return VerifyKey(fields.digest(name))
    except (SignatureError, ValueError) as error:
        raise fields.wrong(name, "a public key") from error
