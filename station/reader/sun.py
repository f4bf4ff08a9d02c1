"""NTAG 424 DNA's secure unique NFC message (SUN): how a station reads it, and the evidence it makes of it.

Three commands reach the file with the message (NXP AN12196; NFC Forum Type 4 Tag): SELECT of the NDEF
application, SELECT of the file E104, and one READ BINARY. Of the URL in it the query alone is kept, and only
when all it says is enciphered: the scheme, host and path tell nothing, and an open UID must not be stored.

The station does not judge the message: it holds no key. Central does, from the evidence.
"""

import re

from station.credential import canonical_uid, is_random_uid
from station.reader import Credential, Reason

APPLICATION = bytes.fromhex("d2760000850101")
FILE = bytes.fromhex("e104")
SELECT_APPLICATION = (0x00, 0xA4, 0x04, 0x00)
SELECT_FILE = (0x00, 0xA4, 0x00, 0x0C)
READ = (0x00, 0xB0, 0x00, 0x00)
# What one frame of ISO-DEP holds beside its own bytes and the status word: more would cost a second one.
READ_BYTES = 251
EVIDENCE_CHARS = 400

_UID_BYTES = 7
_HEX = "[0-9A-Fa-f]"
# The enciphered PICC data, the enciphered file data if there are any, the code over both. A tag that is set
# to LRP gives 48 digits first, which nobody here can verify.
_ENCIPHERED = re.compile(
    rf"sun\.[A-Za-z_]+={_HEX}{{32}}(?:&[A-Za-z_]+=(?:{_HEX}{{32}})+)?&[A-Za-z_]+={_HEX}{{16}}", re.ASCII
)
_OPEN_UID = re.compile(rf"(?<!{_HEX}){_HEX}{{14}}(?:x{_HEX}{{6}})?(?!{_HEX})")
# Enciphered data hold so many zeros in a row once in a hundred million readings.
_UNFILLED = 8 * "0"
_SHORT_RECORD, _HAS_ID, _TYPE_NAME = 0x10, 0x08, 0x07
_WELL_KNOWN = 0x01


def credential(uid: bytes, file: bytes) -> Credential | Reason:
    """Return what a tag with this UID (as anticollision told it) and this NDEF file is to a station."""
    url, number = _url(file), canonical_uid(uid) if len(uid) == _UID_BYTES else None
    if url is None or not (number or is_random_uid(uid)):
        return Reason.FOREIGN
    evidence = f"sun.{url.partition('?')[2]}"
    is_laid_out = _ENCIPHERED.fullmatch(evidence) is not None and len(evidence) <= EVIDENCE_CHARS
    if is_laid_out and not _is_open(evidence, number):
        return Credential("uid" if number else "sun", number or "", "iso-dep", 2, evidence)
    if number is None:
        return Reason.PLAIN_MIRROR if is_laid_out or _OPEN_UID.search(url) else Reason.FOREIGN
    # Some other tag's address may hold fourteen digits too.
    if number not in url.lower():
        return Reason.FOREIGN
    return Credential("uid", number, "iso-dep", 1, None, finding="sun_plain")


def _is_open(evidence: str, number: str | None) -> bool:
    """Say whether a tag was set to mirror in the open into the place of its enciphered data.

    Where its number is not known, the zeros tell that such a mirror leaves of the place.
    """
    return _UNFILLED in evidence if number is None else number in evidence.lower()


def _url(file: bytes) -> str | None:
    """Return the first record's address without its abbreviated beginning, None when it holds no address."""
    length = int.from_bytes(file[:2], "big")
    record = file[2 : 2 + length]
    if len(record) < length or len(record) < 4:  # noqa: PLR2004 (flags, type's length, payload's length, type)
        return None
    flags, type_size = record[0], record[1]
    size_bytes = 1 if flags & _SHORT_RECORD else 4
    at = 2 + size_bytes
    payload_size = int.from_bytes(record[2:at], "big")
    id_size = 0
    if flags & _HAS_ID:
        id_size, at = int.from_bytes(record[at : at + 1], "big"), at + 1
    payload_at = at + type_size + id_size
    payload = record[payload_at : payload_at + payload_size]
    is_address = flags & _TYPE_NAME == _WELL_KNOWN and record[at : at + type_size] == b"U"
    if not is_address or not payload or len(payload) < payload_size:
        return None
    # Its first byte stands for the beginning, such as https://, which is dropped anyway.
    return payload[1:].decode("utf-8", "replace")
