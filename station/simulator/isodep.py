"""Cards that speak ISO 14443-4, of type A and of type B: the block protocol with an application behind it."""

from collections.abc import Callable

from station.simulator.cards import sens_res

ATS = bytes.fromhex("0578807002")
OK = bytes.fromhex("9000")
NOT_FOUND = bytes.fromhex("6a82")
NOT_ALLOWED = bytes.fromhex("6985")
SELECT_BY_NAME = bytes.fromhex("00a40400")

_RATS = 0xE0
_ATTRIB = 0x1D
_WAKE_UP_B = 0x05
_DESELECT = 0xC2
_WITH_CID = 0x08
_WTX = bytes.fromhex("f201")
_PPSE = b"2PAY.SYS.DDF01"
_FRAME_SIZES = (16, 24, 32, 40, 48, 64, 96, 128, 256)

App = Callable[[bytes], bytes]
"""One session of an application: takes a command, gives the answer with its status word."""
Begin = Callable[[], App]


class Blocks:
    """The card's side of the block protocol (ISO 14443-4, section 7.5).

    `begin` begins a session of the application at each activation. `extensions` is how often the card
    asks for more time before each answer.
    """

    def __init__(self, begin: Begin, extensions: int = 0) -> None:
        self._begin = begin
        self._last: bytes | None = None
        self._extensions = extensions
        self._activate(0)

    def power_off(self) -> None:
        """Forget the session."""
        self._activate(0)

    def transceive(self, frame: bytes) -> bytes | None:
        """Answer one block."""
        if not frame:
            return None
        answer = self._answer(frame[0], frame)
        if answer is not None:
            self._last = answer
        return answer

    def _activate(self, size_index: int) -> None:
        self._app = self._begin()
        self._number = 1
        self._frame_size = _FRAME_SIZES[min(size_index, len(_FRAME_SIZES) - 1)]
        self._heard = b""
        self._to_say = b""
        self._waits = 0
        self._last = None

    def _answer(self, pcb: int, frame: bytes) -> bytes | None:
        if pcb & ~_WITH_CID == _DESELECT:
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


class IsoDepCard(Blocks):
    """A card of type A with a block protocol.

    `draw` makes the UID afresh at every loss of the field, as phones do; without it the UID stays.
    """

    sel_res = 0x20

    def __init__(
        self,
        begin: Begin,
        uid: bytes,
        *,
        draw: Callable[[int], bytes] | None = None,
        ats: bytes = ATS,
        extensions: int = 0,
    ) -> None:
        super().__init__(begin, extensions)
        self.uid = uid
        self.ats = ats
        self._draw = draw
        self._renew()

    @property
    def sens_res(self) -> bytes:
        """Return the answer to the first request."""
        return sens_res(self.uid, 0x03)

    def power_off(self) -> None:
        """Forget the session; draw a new UID if this card does."""
        super().power_off()
        self._renew()

    def _renew(self) -> None:
        if self._draw is not None:
            self.uid = b"\x08" + self._draw(3)

    def _answer(self, pcb: int, frame: bytes) -> bytes | None:
        if pcb != _RATS:
            return super()._answer(pcb, frame)
        self._activate(frame[1] >> 4)
        return self.ats


class IsoDepCardB(Blocks):
    """A card of type B with a block protocol; `pupi` are the four bytes it is told apart by."""

    def __init__(self, begin: Begin, pupi: bytes) -> None:
        super().__init__(begin)
        self.atqb = b"\x50" + pupi + bytes(4) + bytes.fromhex("008171")

    def _answer(self, pcb: int, frame: bytes) -> bytes | None:
        if pcb == _WAKE_UP_B:
            return self.atqb
        if pcb == _ATTRIB and frame[1:5] == self.atqb[1:5]:
            self._activate(frame[6] & 0x0F)
            return b"\x00"
        return super()._answer(pcb, frame)


def bank_app(apdu: bytes) -> bytes:
    """Know the payment directory and nothing else, as every bank's card does."""
    if not apdu.startswith(SELECT_BY_NAME):
        return NOT_ALLOWED
    return b"\x6f\x00" + OK if apdu[5 : 5 + apdu[4]] == _PPSE else NOT_FOUND


def bank_card(uid: bytes) -> IsoDepCard:
    """Return a contactless bank card."""
    return IsoDepCard(lambda: bank_app, uid)


def desfire_app(apdu: bytes) -> bytes:
    """Have no application by that name, and tell the first part of the version when asked natively."""
    if apdu.startswith(SELECT_BY_NAME):
        return NOT_FOUND
    if apdu[:2] == bytes.fromhex("9060"):
        return bytes.fromhex("04010133001605") + bytes.fromhex("91af")
    return bytes.fromhex("911c") if apdu[:1] == b"\x90" else bytes.fromhex("6d00")


def desfire(uid: bytes) -> IsoDepCard:
    """Return a card of another operator: a MIFARE DESFire with nothing of ours on it."""
    return IsoDepCard(lambda: desfire_app, uid, ats=bytes.fromhex("067577810280"))


def type_b_card(pupi: bytes) -> IsoDepCardB:
    """Return an identity or transit card of type B, which knows no application of ours."""
    return IsoDepCardB(lambda: bank_app, pupi)
