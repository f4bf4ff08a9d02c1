"""Cards and phones that speak ISO 14443-4: the block protocol, our phone credential, and a bank's card."""

import hashlib
import hmac
from collections.abc import Callable

from station.reader import sc1

ATS = bytes.fromhex("0578807002")
OK = bytes.fromhex("9000")
NOT_FOUND = bytes.fromhex("6a82")
_NOT_ALLOWED = bytes.fromhex("6985")

_RATS = 0xE0
_DESELECT = 0xC2
_WTX = bytes.fromhex("f201")
_PPSE = b"2PAY.SYS.DDF01"
_SELECT_BY_NAME = bytes(sc1.SELECT)
_PROVE = bytes(sc1.PROVE)
_FRAME_SIZES = (16, 24, 32, 40, 48, 64, 96, 128, 256)

App = Callable[[bytes], bytes]


class IsoDepCard:
    """The card's side of the block protocol (ISO 14443-4, section 7.5), with an application behind it.

    `draw` makes the UID afresh at every loss of the field, as phones do; without it the UID stays.
    `extensions` is how often the card asks for more time before each answer.
    """

    sens_res = bytes.fromhex("0004")
    sel_res = 0x20

    def __init__(
        self,
        app: App,
        uid: bytes,
        *,
        draw: Callable[[int], bytes] | None = None,
        ats: bytes = ATS,
        extensions: int = 0,
    ) -> None:
        self.uid = uid
        self.ats = ats
        self._app = app
        self._draw = draw
        self._extensions = extensions
        self.power_off()

    def power_off(self) -> None:
        """Forget the session; draw a new UID if this card does."""
        self._number = 1
        self._frame_size = _FRAME_SIZES[0]
        self._heard = b""
        self._to_say = b""
        self._waits = 0
        self._last: bytes | None = None
        if self._draw is not None:
            self.uid = b"\x08" + self._draw(3)

    def transceive(self, frame: bytes) -> bytes | None:
        """Answer one block."""
        if not frame:
            return None
        answer = self._answer(frame[0], frame)
        if answer is not None:
            self._last = answer
        return answer

    def _answer(self, pcb: int, frame: bytes) -> bytes | None:
        if pcb == _RATS:
            self._frame_size = _FRAME_SIZES[min(frame[1] >> 4, len(_FRAME_SIZES) - 1)]
            return self.ats
        if pcb == _DESELECT:
            return frame
        if frame[:2] == _WTX:
            return self._speak()
        if pcb & 0xEE == 0x02:  # noqa: PLR2004 (an I-block, chained or not)
            return self._take_information(frame, is_chained=bool(pcb & 0x10))
        return self._take_receipt(pcb) if pcb & 0xE6 == 0xA2 else None  # noqa: PLR2004 (an R-block)

    def _take_information(self, frame: bytes, *, is_chained: bool) -> bytes:
        self._number ^= 1
        self._heard += frame[1:]
        if is_chained:
            return bytes([0xA2 | self._number])
        apdu, self._heard = self._heard, b""
        self._to_say = self._app(apdu)
        self._waits = self._extensions
        return self._speak()

    def _take_receipt(self, pcb: int) -> bytes | None:
        if pcb & 1 == self._number:
            return self._last
        is_refusal = bool(pcb & 0x10)
        if is_refusal or not self._to_say:
            return bytes([0xA2 | self._number])
        self._number ^= 1
        return self._speak()

    def _speak(self) -> bytes:
        if self._waits:
            self._waits -= 1
            return _WTX
        room = self._frame_size - 3
        piece, self._to_say = self._to_say[:room], self._to_say[room:]
        return bytes([(0x12 if self._to_say else 0x02) | self._number]) + piece


class PhoneApp:
    """Our credential on a phone: it proves itself with a key of its own."""

    def __init__(self, identity: bytes, key: bytes) -> None:
        self._identity = identity
        self._key = key
        self._is_selected = False

    def __call__(self, apdu: bytes) -> bytes:
        """Answer one command."""
        if apdu.startswith(_SELECT_BY_NAME):
            self._is_selected = apdu[5 : 5 + apdu[4]] == sc1.AID
            return OK if self._is_selected else NOT_FOUND
        if not self._is_selected or not apdu.startswith(_PROVE):
            return _NOT_ALLOWED
        asked = apdu[5 : 5 + apdu[4]]
        return self._identity + hmac.digest(self._key, asked + self._identity, "sha256") + OK


def bank_app(apdu: bytes) -> bytes:
    """Know the payment directory and nothing else, as every bank's card does."""
    if not apdu.startswith(_SELECT_BY_NAME):
        return _NOT_ALLOWED
    return b"\x6f\x00" + OK if apdu[5 : 5 + apdu[4]] == _PPSE else NOT_FOUND


def phone(identity: bytes, draw: Callable[[int], bytes]) -> IsoDepCard:
    """Return an Android phone that carries the credential `identity` (8 bytes)."""
    key = hashlib.sha256(b"practise" + identity).digest()
    return IsoDepCard(PhoneApp(identity, key), b"", draw=draw)


def bank_card(uid: bytes) -> IsoDepCard:
    """Return a contactless bank card."""
    return IsoDepCard(bank_app, uid)
