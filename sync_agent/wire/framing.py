"""Frame signed lines: text lines, then one line that signs all bytes before it."""

import base64
import hashlib
import zlib
from collections.abc import Callable, Sequence

from sync_agent.errors import SignatureError, TooLargeError, WireError
from sync_agent.signing import Signature
from sync_agent.wire.fields import compact, decode_object

NEWLINE = b"\n"
_GZIP = 31  # zlib's window bits for one gzip member


def seal_lines(lines: Sequence[bytes], sign: Callable[[bytes], Signature]) -> bytes:
    """Join `lines`, each ended by a newline, and add the line that signs them."""
    if any(not line or NEWLINE in line for line in lines):
        msg = "a line to be sent is empty or holds a newline"
        raise WireError(msg)
    signed = b"".join(line + NEWLINE for line in lines)
    return signed + compact(sign(signed).members()) + NEWLINE


def open_lines(data: bytes) -> tuple[list[bytes], bytes, Signature]:
    """Split framed bytes into the lines, the bytes that are signed, and the signature (not yet verified).

    Raises WireError.
    """
    if not data.endswith(NEWLINE):
        msg = "the message does not end with a newline; it was cut off"
        raise WireError(msg)
    cut = data.rfind(NEWLINE, 0, -1) + 1
    signed, last = data[:cut], data[cut:-1]
    lines = signed.split(NEWLINE)[:-1]
    if not lines or not all(lines):
        msg = "the message has no lines before its signature, or an empty one"
        raise WireError(msg)
    try:
        signature = Signature.of(decode_object(last, "signature").members)
    except SignatureError as error:
        raise WireError(str(error)) from error
    # One spelling only, so that no bit of the message can change unnoticed.
    if compact(signature.members()) != last:
        msg = "the signature line is not in its canonical form"
        raise WireError(msg)
    return lines, signed, signature


def squeeze(data: bytes) -> bytes:
    """Compress as one gzip member; equal input gives equal output."""
    packer = zlib.compressobj(wbits=_GZIP)
    return packer.compress(data) + packer.flush()


def expand(data: bytes, max_bytes: int) -> bytes:
    """Decompress exactly one gzip member of at most `max_bytes` bytes of content.

    Raises WireError, TooLargeError when there is more; no more than `max_bytes` + 1 bytes are ever held.
    """
    unpacker = zlib.decompressobj(wbits=_GZIP)
    try:
        plain = unpacker.decompress(data, max_bytes + 1)
    except zlib.error as error:
        msg = "the message is not gzip"
        raise WireError(msg) from error
    if len(plain) > max_bytes:
        msg = f"the message holds more than {max_bytes} bytes"
        raise TooLargeError(msg)
    if not unpacker.eof or unpacker.unused_data:
        msg = "the gzip message is cut off or followed by other bytes"
        raise WireError(msg)
    return plain


def content_digest(data: bytes) -> str:
    """Return the Content-Digest header (RFC 9530) of bytes as sent."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode('ascii')}:"
