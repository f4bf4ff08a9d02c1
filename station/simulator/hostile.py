"""Cards that break the rules: some never come to an end, some answer with rubbish."""

from collections.abc import Callable, Mapping

from station.simulator.isodep import OK, IsoDepCard, bank_app

_UID = bytes.fromhex("11223344")
_FOR_EVER = 1 << 62


class EndlessChain(IsoDepCard):
    """Sends a piece of its answer, and another, and another."""

    def _speak(self) -> bytes:
        self._to_say = b"more"
        return bytes([0x12 | self._number]) + b"A" * 100


class EndlessReceipt(IsoDepCard):
    """Asks for the same block again, and again."""

    def _take_information(self, frame: bytes, *, is_chained: bool) -> bytes:
        del is_chained
        return bytes([0xA2 | (~frame[0] & 1)])


class FallsSilent(IsoDepCard):
    """Tells its protocol parameters and then nothing more: a card pulled away in the middle."""

    def _answer(self, pcb: int, frame: bytes) -> bytes | None:
        return super()._answer(pcb, frame) if pcb == 0xE0 else None  # noqa: PLR2004 (RATS)


class _Bare:
    sens_res = bytes.fromhex("0044")
    sel_res = 0x00

    def __init__(self, uid: bytes) -> None:
        self.uid = uid

    def power_off(self) -> None:
        """Forget nothing: this card keeps no state."""

    def transceive(self, _frame: bytes) -> bytes | None:
        """Stay silent."""
        return None


HOSTILE: Mapping[str, Callable[[], IsoDepCard | _Bare]] = {
    "endless-wtx": lambda: IsoDepCard(bank_app, _UID, extensions=_FOR_EVER),
    "endless-chain": lambda: EndlessChain(bank_app, _UID),
    "endless-receipt": lambda: EndlessReceipt(bank_app, _UID),
    "falls-silent": lambda: FallsSilent(bank_app, _UID),
    "short-ats": lambda: IsoDepCard(bank_app, _UID, ats=bytes.fromhex("01")),
    "bare-ats": lambda: IsoDepCard(bank_app, _UID, ats=bytes.fromhex("0200")),
    "empty-ats": lambda: IsoDepCard(bank_app, _UID, ats=b""),
    "empty-answer": lambda: IsoDepCard(lambda _apdu: b"", _UID),
    "status-only": lambda: IsoDepCard(lambda _apdu: OK, _UID),
    "one-byte": lambda: IsoDepCard(lambda _apdu: b"\x90", _UID),
    "random-uid": lambda: _Bare(bytes.fromhex("08a1b2c3")),
    "long-uid": lambda: _Bare(bytes.fromhex("04a1b2c3d4e5f6a7b8c9")),
    "no-uid": lambda: _Bare(b""),
}
