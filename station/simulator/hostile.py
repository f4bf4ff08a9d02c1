"""Cards that break the rules: some never come to an end, some answer with rubbish."""

from collections.abc import Callable, Mapping

from station.simulator.cards import Mute
from station.simulator.isodep import NOT_FOUND, OK, SELECT_BY_NAME, App, IsoDepCard, bank_app
from station.simulator.phone import AID
from station.simulator.sun import Files, ndef_file

_UID = bytes.fromhex("11223344")
_FOR_EVER = 1 << 62
_LINK = "https://id.example.org/t?"
# As long as a whole answer of a phone, and no such thing.
_RUBBISH = bytes(range(182))
_OTHER_VERSION = b"\x02" + bytes(181)


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


class EndlessSilence(IsoDepCard):
    """Gives no answer but to the question whether it is still there."""

    def _take_information(self, frame: bytes, *, is_chained: bool) -> bytes:
        del frame, is_chained
        return b""


class FallsSilent(IsoDepCard):
    """Tells its protocol parameters and then nothing more: a card pulled away in the middle."""

    def _answer(self, pcb: int, frame: bytes) -> bytes | None:
        return super()._answer(pcb, frame) if pcb == 0xE0 else None  # noqa: PLR2004 (RATS)


class WrongNumber(IsoDepCard):
    """Answers with the number of another block."""

    def _speak(self) -> bytes:
        answer = super()._speak()
        return bytes([answer[0] ^ 1]) + answer[1:]


def _changing() -> Callable[[], bytes]:
    numbers = iter(range(_FOR_EVER))
    return lambda: b"\x04" + next(numbers).to_bytes(6, "big")


def _lying(proof: bytes) -> Callable[[], App]:
    """Claim to be a phone of ours, and prove it by this."""

    def answer(apdu: bytes) -> bytes:
        return OK if apdu.startswith(SELECT_BY_NAME) else proof + OK

    return lambda: answer


def _ndef(file: bytes) -> Callable[[], App]:
    return lambda: Files(lambda: file)


def _link(query: str) -> Callable[[], App]:
    return _ndef(ndef_file(_LINK + query))


def _endless_file(apdu: bytes) -> bytes:
    """Have more to read wherever one reads."""
    if apdu.startswith(SELECT_BY_NAME) and AID in apdu:
        return NOT_FOUND
    return (b"\xff\xfe" * 128)[: apdu[4] or 256] + OK if apdu[1:2] == b"\xb0" else OK


_APPS: Mapping[str, Callable[[], App]] = {
    "empty-answer": lambda: lambda _apdu: b"",
    "status-only": lambda: lambda _apdu: OK,
    "one-byte": lambda: lambda _apdu: b"\x90",
    "failing": lambda: lambda _apdu: bytes.fromhex("6f00"),
    "short-proof": _lying(_RUBBISH[:40]),
    "long-proof": _lying(_RUBBISH + bytes(60)),
    "other-version": _lying(_OTHER_VERSION),
    "sun-lrp": _link(f"picc_data={'AB' * 24}&cmac={'CD' * 8}"),
    "sun-no-mac": _link(f"picc_data={'AB' * 16}"),
    "sun-words": _link(f"name=Ana%20Lopez&picc_data={'AB' * 16}&cmac={'CD' * 8}"),
    "sun-long": _link(f"picc_data={'AB' * 16}&enc={'EF' * 48}&cmac={'CD' * 8}"),
    "no-link": _ndef(bytes.fromhex("0007d101035402656e") + bytes(200)),
    "empty-file": _ndef(bytes(256)),
    "short-file": _ndef(b"\x00"),
    "huge-length": _ndef(bytes.fromhex("ffffd101ff55") + b"a" * 250),
    "endless-file": lambda: _endless_file,
}
_ANSWERS_TO_RATS: Mapping[str, bytes] = {
    "empty-ats": b"",
    "short-ats": bytes.fromhex("01"),
    "bare-ats": bytes.fromhex("0200"),
    "ats-without-tb": bytes.fromhex("04588002"),
    "long-ats": bytes.fromhex("0578807002") + bytes(200),
}
_OTHERS: Mapping[str, Callable[[], IsoDepCard | Mute]] = {
    "endless-wtx": lambda: IsoDepCard(lambda: bank_app, _UID, extensions=_FOR_EVER),
    "endless-chain": lambda: EndlessChain(lambda: bank_app, _UID),
    "endless-receipt": lambda: EndlessReceipt(lambda: bank_app, _UID),
    "endless-silence": lambda: EndlessSilence(lambda: bank_app, _UID),
    "falls-silent": lambda: FallsSilent(lambda: bank_app, _UID),
    "wrong-number": lambda: WrongNumber(lambda: bank_app, _UID),
    "random-uid": lambda: Mute(bytes.fromhex("08a1b2c3")),
    "long-uid": lambda: Mute(bytes.fromhex("04a1b2c3d4e5f6a7b8c9")),
    "no-uid": lambda: Mute(b""),
    "zero-uid": lambda: Mute(bytes(7)),
    "changing-uid": lambda: Mute(bytes(7), draw=_changing()),
}


def _of_app(begin: Callable[[], App]) -> Callable[[], IsoDepCard]:
    return lambda: IsoDepCard(begin, _UID)


def _of_ats(ats: bytes) -> Callable[[], IsoDepCard]:
    return lambda: IsoDepCard(lambda: bank_app, _UID, ats=ats)


HOSTILE: Mapping[str, Callable[[], IsoDepCard | Mute]] = {
    **_OTHERS,
    **{name: _of_ats(ats) for name, ats in _ANSWERS_TO_RATS.items()},
    **{name: _of_app(begin) for name, begin in _APPS.items()},
}
"""The names a person types, and how each of these cards is made."""
