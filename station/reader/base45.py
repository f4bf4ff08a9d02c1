"""Read Base45 (RFC 9285), the text form in which a QR code carries bytes."""

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_DIGITS = {letter: value for value, letter in enumerate(_ALPHABET)}
_BASE = len(_ALPHABET)
_GROUP = 3


def decode(text: str) -> bytes:
    """Return the bytes the text stands for; raises ValueError when it stands for none.

    Three letters are two bytes, and two letters at the end are one: the least significant letter comes first.
    """
    decoded = b""
    for start in range(0, len(text), _GROUP):
        group = text[start : start + _GROUP]
        size = len(group) - 1
        value = sum(_digit(letter) * _BASE**place for place, letter in enumerate(group))
        if size == 0 or value >= 256**size:
            msg = f"the letters from {start + 1} on are no Base45"
            raise ValueError(msg)
        decoded += value.to_bytes(size, "big")
    return decoded


def _digit(letter: str) -> int:
    if letter not in _DIGITS:
        msg = "a letter is none of Base45"
        raise ValueError(msg)
    return _DIGITS[letter]
