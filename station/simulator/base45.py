"""Base45 (RFC 9285): bytes as the letters a QR code stores most tightly."""

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_BASE = 45


def encode(data: bytes) -> str:
    """Return three letters for every two bytes, and two for a last single one."""
    return "".join(_pair(data[at : at + 2]) for at in range(0, len(data), 2))


def _pair(pair: bytes) -> str:
    number = int.from_bytes(pair, "big")
    low, middle, high = number % _BASE, number // _BASE % _BASE, number // _BASE**2
    return _LETTERS[low] + _LETTERS[middle] + (_LETTERS[high] if len(pair) > 1 else "")
