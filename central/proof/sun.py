"""Verify the SUN message of an NTAG 424 DNA (NXP AN12196) and derive a tag's own key (AN10922)."""

import hmac
import re
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.cmac import CMAC

KEY_BYTES: Final = 16
_BLOCK_BYTES: Final = 16
_HEX: Final = "[0-9A-Fa-f]"
_QUERY: Final = re.compile(
    rf"[A-Za-z_]+=(?P<picc>{_HEX}{{32}}|{_HEX}{{48}})"
    rf"(?:&[A-Za-z_]+=(?P<enc>(?:{_HEX}{{32}})+))?&[A-Za-z_]+=(?P<mac>{_HEX}{{16}})",
    re.ASCII,
)
# A tag set to LRP puts 8 random bytes before its 16 of PICC data.
_LRP_CHARS: Final = 48
_HAS_UID, _HAS_COUNTER, _UID_SIZE = 0x80, 0x40, 0x0F
_UID_BYTES: Final = 7
_COUNTER_BYTES: Final = 3
_FOR_MAC: Final = bytes.fromhex("3cc300010080")
# AN10922 2.2: the constant before the input of an AES-128 key, and the block whose CMAC padding is always K2.
_DIVERSIFY: Final = b"\x01"
_MOST_INPUT_BYTES: Final = 31
_REDUCTION: Final = 0x87


@dataclass(frozen=True, slots=True)
class SunKeys:
    """The keys of a school's tags: one opens the PICC data, the other makes the code.

    With `after_uid` each tag has a file key of its own, derived from `file` by AN10922 over its UID
    and these bytes.
    """

    meta: bytes = field(repr=False)
    file: bytes = field(repr=False)
    after_uid: bytes | None = None

    def file_key(self, uid: bytes) -> bytes:
        """Return the file key of the tag with this UID."""
        return self.file if self.after_uid is None else diversified(self.file, uid + self.after_uid)


@dataclass(frozen=True, slots=True)
class Message:
    """One SUN query, taken apart: PICC data and code as bytes, and the texts its code may cover."""

    picc: bytes
    mac: bytes
    covered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """Which tag was read, and the how-manieth reading that was."""

    uid: bytes
    counter: int


class SunError(ValueError):
    """Say that a query is no SUN message; `is_unsupported` when it is one that nothing here can verify."""

    def __init__(self, text: str, *, is_unsupported: bool = False) -> None:
        """Keep what kind of failure it is."""
        self.is_unsupported = is_unsupported
        super().__init__(text)


def parse(query: str) -> Message:
    """Take a query apart; raises SunError.

    The code covers nothing, or the text from the enciphered file data to the code itself.
    """
    match = _QUERY.fullmatch(query)
    if match is None:
        msg = "the query is no SUN message"
        raise SunError(msg)
    if len(match["picc"]) == _LRP_CHARS:
        msg = "the tag is set to LRP"
        raise SunError(msg, is_unsupported=True)
    covered = [""] if match["enc"] is None else ["", query[match.start("enc") : match.start("mac")]]
    return Message(bytes.fromhex(match["picc"]), bytes.fromhex(match["mac"]), tuple(covered))


def open_picc(picc: bytes, meta_key: bytes) -> Read | None:
    """Decipher PICC data; None when this key did not make it. Raises SunError for a tag without a counter."""
    decryptor = Cipher(AES(meta_key), CBC(bytes(_BLOCK_BYTES))).decryptor()
    plain = decryptor.update(picc) + decryptor.finalize()
    if not plain[0] & _HAS_UID or plain[0] & _UID_SIZE != _UID_BYTES:
        return None
    if not plain[0] & _HAS_COUNTER:
        msg = "the tag mirrors no counter"
        raise SunError(msg, is_unsupported=True)
    counted = plain[1 + _UID_BYTES :][:_COUNTER_BYTES]
    return Read(plain[1 : 1 + _UID_BYTES], int.from_bytes(counted, "little"))


def is_made_by(message: Message, read: Read, file_key: bytes) -> bool:
    """Tell whether the code is the one a tag with this file key makes at this reading."""
    codes = [sdm_mac(file_key, read, text) for text in message.covered]
    return any(hmac.compare_digest(code, message.mac) for code in codes)


def sdm_mac(file_key: bytes, read: Read, text: str) -> bytes:
    """Return the 8 bytes of the code over a text: every second one of a CMAC under the session's key."""
    return _cmac(session_key(file_key, read), text.encode("ascii"))[1::2]


def session_key(file_key: bytes, read: Read) -> bytes:
    """Return the key of the codes of one reading."""
    # In cryptography the counter goes with its lowest byte first; mirrored as text, with its highest.
    vector = _FOR_MAC + read.uid + read.counter.to_bytes(_COUNTER_BYTES, "little")
    return _cmac(file_key, vector)


def diversified(master: bytes, text: bytes) -> bytes:
    """Return the key AN10922 derives from a master key (AES-128) and 1 to 31 bytes; raises ValueError."""
    if not 1 <= len(text) <= _MOST_INPUT_BYTES:
        msg = f"a key is derived from 1 to {_MOST_INPUT_BYTES} bytes, not {len(text)}"
        raise ValueError(msg)
    message = _DIVERSIFY + text
    if len(message) > _BLOCK_BYTES:
        return _cmac(master, message)
    # A plain CMAC would take one block here; AN10922 pads to two whatever the length.
    padded = (message + b"\x80").ljust(2 * _BLOCK_BYTES, b"\x00")
    subkey = _doubled(_doubled(_encrypted(master, bytes(_BLOCK_BYTES))))
    last = bytes(a ^ b for a, b in zip(padded[_BLOCK_BYTES:], subkey, strict=True))
    return _encrypted(master, padded[:_BLOCK_BYTES] + last)[-_BLOCK_BYTES:]


def _encrypted(key: bytes, blocks: bytes) -> bytes:
    """Encipher whole blocks by AES in CBC mode under a zero IV; of one block that is the bare cipher."""
    encryptor = Cipher(AES(key), CBC(bytes(_BLOCK_BYTES))).encryptor()
    return encryptor.update(blocks) + encryptor.finalize()


def _doubled(block: bytes) -> bytes:
    """Return twice a block in the field CMAC reckons in (NIST SP 800-38B 6.1)."""
    value = int.from_bytes(block, "big") << 1
    bits = 8 * _BLOCK_BYTES
    if value >> bits:
        value = (value ^ _REDUCTION) & (1 << bits) - 1
    return value.to_bytes(_BLOCK_BYTES, "big")


def _cmac(key: bytes, message: bytes) -> bytes:
    mac = CMAC(AES(key))
    mac.update(message)
    return mac.finalize()
