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
_OPEN_UID = re.compile(rf"(?<!{_HEX})({_HEX}{{14}})(?:x{_HEX}{{6}})?(?!{_HEX})")
_SHORT_RECORD, _HAS_ID, _TYPE_NAME = 0x10, 0x08, 0x07
_WELL_KNOWN = 0x01


def credential(uid: bytes, file: bytes) -> Credential | Reason:
    """Return what a tag with this UID (as anticollision told it) and this NDEF file is to a station."""
    url, number = _url(file), canonical_uid(uid) if len(uid) == _UID_BYTES else None
    if url is None or not (number or is_random_uid(uid)):
        return Reason.FOREIGN
    evidence = f"sun.{url.partition('?')[2]}"
    if _ENCIPHERED.fullmatch(evidence) and len(evidence) <= EVIDENCE_CHARS:
        return Credential("uid" if number else "sun", number or "", "iso-dep", 2, evidence)
    mirrored = _OPEN_UID.search(url)
    if mirrored is None:
        return Reason.FOREIGN
    if number is None:
        return Reason.PLAIN_MIRROR
    # Some other tag's address may hold fourteen digits too.
    if mirrored[1].lower() != number:
        return Reason.FOREIGN
    return Credential("uid", number, "iso-dep", 1, None, finding="sun_plain")


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
