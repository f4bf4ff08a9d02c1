"""Seal bytes under a passphrase, or under a key that was sealed so; nothing altered is ever opened."""

import json
import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from central.errors import CentralError

Entropy = Callable[[int], bytes]
"""Returns so many bytes nobody can guess."""
KEY_BYTES: Final = 32
SHORTEST: Final = 12
"""Characters a passphrase has at least: whoever finds a file may try for as long as they like."""
_MARK, _VERSION = "kit", 1
_SALT_BYTES, _NONCE_BYTES = 16, 12
_MOST_HEADER = 400
_MOST_N = 2**20


class SealError(CentralError):
    """Something sealed that does not open."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What trying one passphrase costs, in the words of scrypt (RFC 7914); 64 MiB and a fifth of a second."""

    n: int = 2**16
    r: int = 8
    p: int = 1

    def is_sane(self) -> bool:
        """Tell whether a file may ask for it: a strange one could ask for all memory there is."""
        is_power = self.n > 1 and self.n & (self.n - 1) == 0
        return is_power and self.n <= _MOST_N and (self.r, self.p) == (8, 1)


COST: Final = Cost()


def require_passphrase(passphrase: str) -> None:
    """Raise SealError for a passphrase that is too short to keep names safe."""
    if len(_plain(passphrase)) < SHORTEST:
        msg = f"the passphrase is too short; give at least {SHORTEST} characters, best four words"
        raise SealError(msg)


def seal(inner: bytes, passphrase: str, entropy: Entropy, cost: Cost | None = None) -> bytes:
    """Return bytes that only this passphrase opens: a line that says how, then AES-256-GCM over all of it."""
    require_passphrase(passphrase)
    cost = cost or COST
    salt, nonce = entropy(_SALT_BYTES), entropy(_NONCE_BYTES)
    header = {"rollbook": _MARK, "v": _VERSION, "kdf": "scrypt", **asdict(cost)}
    line = json.dumps({**header, "salt": salt.hex(), "nonce": nonce.hex()}).encode("ascii") + b"\n"
    return line + AESGCM(_key(passphrase, salt, cost)).encrypt(nonce, inner, line)


def unseal(data: bytes, passphrase: str) -> bytes:
    """Return what was sealed; raises SealError for a wrong passphrase and for any altered byte."""
    line, end, _ = data[:_MOST_HEADER].partition(b"\n")
    try:
        header = json.loads(line)
        cost = Cost(header["n"], header["r"], header["p"])
        salt, nonce = bytes.fromhex(header["salt"]), bytes.fromhex(header["nonce"])
        is_ours = (header["rollbook"], header["v"], header["kdf"]) == (_MARK, _VERSION, "scrypt")
        is_ours = is_ours and len(nonce) == _NONCE_BYTES and cost.is_sane()
    except (ValueError, TypeError, KeyError):
        is_ours = False
    if not end or not is_ours:
        msg = "this is no kit of Rollbook, or its first line was altered; take another copy"
        raise SealError(msg)
    try:
        return AESGCM(_key(passphrase, salt, cost)).decrypt(nonce, data[len(line) + 1 :], line + b"\n")
    except InvalidTag as error:
        msg = "the passphrase does not open this kit, or it was altered; type it again or take another copy"
        raise SealError(msg) from error


def lock(key: bytes, inner: bytes, about: bytes, entropy: Entropy) -> bytes:
    """Return bytes that only a key opens, bound to what they are about."""
    nonce = entropy(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, inner, about)


def unlock(key: bytes, data: bytes, about: bytes) -> bytes:
    """Return what was locked; raises SealError for anything altered or about something else."""
    try:
        return AESGCM(key).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], about)
    except (InvalidTag, ValueError) as error:
        msg = "what was kept cannot be opened; it was altered or belongs to another kit"
        raise SealError(msg) from error


def _key(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    return Scrypt(salt=salt, length=KEY_BYTES, n=cost.n, r=cost.r, p=cost.p).derive(
        _plain(passphrase).encode()
    )


def _plain(passphrase: str) -> str:
    # The same words typed on another machine may come as other code points.
    return unicodedata.normalize("NFKC", passphrase).strip()
