"""The words of a typed line, one by one: what is wrong with one, the person is told in full."""

from collections.abc import Mapping, Sequence

from station.errors import UsageError


class CommandError(UsageError):
    """A line that cannot be done; the text says what would be possible."""


def take(words: Sequence[str], at: int, what: str) -> str:
    """Return the word at a place, where `what` is needed."""
    if len(words) <= at:
        msg = f"name {what}; type help"
        raise CommandError(msg)
    return words[at]


def one_of(names: Mapping[str, object], name: str | None) -> str:
    """Return the name if it is one of these."""
    if name not in names:
        msg = f"{name or 'nothing'} is not one of: {', '.join(names)}"
        raise CommandError(msg)
    return str(name)


def number(text: str) -> int:
    """Return the whole number a word spells."""
    if not text.isdecimal():
        msg = f"{text} is not a number"
        raise CommandError(msg)
    return int(text)


def hexadecimal(text: str | None, *digits: int) -> bytes:
    """Return the bytes a word spells; `digits` are the lengths allowed, any if there are none."""
    wanted = " or ".join(map(str, digits))
    if text is None or (digits and len(text) not in digits):
        msg = f"give {wanted} hexadecimal digits"
        raise CommandError(msg)
    try:
        return bytes.fromhex(text)
    except ValueError:
        msg = f"give hexadecimal digits{f' ({wanted})' if wanted else ''}"
        raise CommandError(msg) from None
