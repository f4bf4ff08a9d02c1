"""The teacher's authenticator: one-time codes from the seed the school handed out (RFC 6238)."""

import base64
import hmac
import struct
import time
from pathlib import Path

STEP_S = 30


def current(seed_file: Path) -> str:
    """Return the code of this moment: six digits, changing every 30 s."""
    seed = base64.b32decode(seed_file.read_text(encoding="ascii").strip())
    counter = struct.pack(">Q", int(time.time()) // STEP_S)
    digest = hmac.new(seed, counter, "sha1").digest()
    at = digest[-1] & 0xF
    number = struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06d}"
