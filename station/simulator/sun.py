"""A card that writes a proof of its own into a link at each reading: an NTAG 424 DNA with SUN messages.

Formulas from NXP's data sheet NT4H2421Gx, section 9.3, and its application note AN12196.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from station.simulator.card_crypto import aes_cbc, aes_cmac
from station.simulator.isodep import NOT_ALLOWED, NOT_FOUND, OK, SELECT_BY_NAME, App, IsoDepCard

NDEF_APP = bytes.fromhex("d2760000850101")
ATS = bytes.fromhex("067777710280")

_CAPABILITIES = bytes.fromhex("001720010000ff0406e104010000000506e10500808283")
_CAPABILITY_FILE, _NDEF_FILE = bytes.fromhex("e103"), bytes.fromhex("e104")
_FILE_BYTES = 256
_SELECT_FILE, _READ_BINARY = bytes.fromhex("00a400"), bytes.fromhex("00b0")
_WRONG_OFFSET, _WRONG_LENGTH, _UNKNOWN = bytes.fromhex("6b00"), bytes.fromhex("6700"), bytes.fromhex("6d00")
_HAS_UID_AND_COUNTER = b"\xc7"
_FOR_FILE, _FOR_MAC = bytes.fromhex("c33c00010080"), bytes.fromhex("3cc300010080")
_PADDING_BYTES = 5
_MOST_READS = 1 << 24
_HTTPS = "https://"
_URI_RECORD = (0xD1, 0x01, 0x55, 0x04)

# `|` is where what the MAC covers begins; it ends where the MAC stands.
LINKS: Mapping[str, str] = {
    "sun": "https://id.example.org/t?picc_data={picc}&cmac=|{mac}",
    "enc": "https://id.example.org/t?picc_data={picc}&enc=|{enc}&cmac={mac}",
    "plain": "https://id.example.org/t?uid={uid}&ctr={ctr}&cmac=|{mac}",
    "mirror": "https://id.example.org/t?m={uid}x{ctr}",
}


@dataclass(slots=True)
class SunTag:
    """What is stored in the chip; `counter` is how often its link has been read."""

    uid: bytes
    link: str = LINKS["sun"]
    counter: int = 0
    meta_key: bytes = field(default=bytes(16), repr=False)
    file_key: bytes = field(default=bytes(16), repr=False)
    secret: bytes = b"x" * 16

    def begin(self, draw: Callable[[int], bytes]) -> App:
        """Begin a session: nothing is selected yet."""
        return Files(lambda: ndef_file(self.read_link(draw)))

    def read_link(self, draw: Callable[[int], bytes]) -> str:
        """Count one reading more and return the link that proves it."""
        self.counter = min(self.counter + 1, _MOST_READS - 1)
        found = self.link.format(
            picc=self._picc_data(draw(_PADDING_BYTES)).hex().upper(),
            enc=self._file_data().hex().upper(),
            uid=self.uid.hex().upper(),
            ctr=self.counter.to_bytes(3, "big").hex().upper(),
            mac="{mac}",
        )
        before, _, covered = found.partition("|")
        return (before + covered).replace("{mac}", self._mac(covered.partition("{mac}")[0]).hex().upper())

    @property
    def _read(self) -> bytes:
        return self.uid + self.counter.to_bytes(3, "little")

    def _picc_data(self, padding: bytes) -> bytes:
        return aes_cbc(self.meta_key, bytes(16), _HAS_UID_AND_COUNTER + self._read + padding)

    def _file_data(self) -> bytes:
        key = aes_cmac(self.file_key, _FOR_FILE + self._read)
        iv = aes_cbc(key, bytes(16), self.counter.to_bytes(3, "little").ljust(16, b"\x00"))
        return aes_cbc(key, iv, self.secret)

    def _mac(self, covered: str) -> bytes:
        return sun_mac(self.file_key, self.uid, self.counter, covered)


def sun_mac(file_key: bytes, uid: bytes, counter: int, covered: str) -> bytes:
    """Return the 8-byte MAC over part of a link's text: every second byte of a CMAC under a session key."""
    session_key = aes_cmac(file_key, _FOR_MAC + uid + counter.to_bytes(3, "little"))
    return aes_cmac(session_key, covered.encode())[1::2]


def ndef_file(link: str) -> bytes:
    """Return a whole NDEF file with one link in it."""
    payload = link.removeprefix(_HTTPS).encode()
    flags, type_bytes, kind, https = _URI_RECORD
    record = bytes([flags, type_bytes, len(payload) + 1, kind, https]) + payload
    return (len(record).to_bytes(2, "big") + record).ljust(_FILE_BYTES, b"\x00")


class Files:
    """The two files of an NFC Forum Type 4 tag; `read_ndef` gives the second one afresh at each selection."""

    def __init__(self, read_ndef: Callable[[], bytes]) -> None:
        self._read_ndef = read_ndef
        self._is_selected = False
        self._file = b""
        self._content = b""

    def __call__(self, apdu: bytes) -> bytes:
        """Answer one command."""
        if apdu.startswith(SELECT_BY_NAME):
            self._is_selected = apdu[5 : 5 + apdu[4]] == NDEF_APP
            self._file = b""
            return OK if self._is_selected else NOT_FOUND
        if apdu.startswith(_SELECT_FILE):
            return self._select(apdu[5:7])
        return self._read(apdu) if apdu.startswith(_READ_BINARY) else _UNKNOWN

    def _select(self, file: bytes) -> bytes:
        if not self._is_selected or file not in (_CAPABILITY_FILE, _NDEF_FILE):
            return NOT_FOUND
        self._file = file
        self._content = _CAPABILITIES if file == _CAPABILITY_FILE else b""
        return OK

    def _read(self, apdu: bytes) -> bytes:
        if not self._file:
            return NOT_ALLOWED
        if len(apdu) != 5:  # noqa: PLR2004 (CLA INS P1 P2 Le)
            return _WRONG_LENGTH
        if not self._content:
            # The chip counts the first reading after a selection; the rest of the file belongs to it.
            self._content = self._read_ndef()
        start = int.from_bytes(apdu[2:4], "big")
        if start >= len(self._content):
            return _WRONG_OFFSET
        return self._content[start : start + (apdu[4] or 256)] + OK


def sun_card(tag: SunTag, draw: Callable[[int], bytes], *, is_random: bool = False) -> IsoDepCard:
    """Return the card around a tag; with `is_random` its UID changes and only the link knows the real one."""
    uid_draw = draw if is_random else None
    return IsoDepCard(lambda: tag.begin(draw), tag.uid, draw=uid_draw, ats=ATS)
