"""Who comes to a practice room with what, and whose token is whose."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from station.credential import token


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with something to hold to the reader: the words of the card, and what they are told as."""

    words: str
    told: str
    is_expected: bool = True
    is_staff: bool = False


CAST: Final[Mapping[str, Person]] = {
    "ana": Person("ntag 04A1B2C3D4E580", "a sticker (NTAG213)"),
    "ben": Person("classic 82ACB95D", "an old card (MIFARE Classic)"),
    "cara": Person("felica 0112AB3C4D5E0120", "a transit card (FeliCa)"),
    "dan": Person("phone DA00000000000001", "a phone with the school's credential"),
    "eva": Person("sun 04E0A1B2C3D4E5", "a card that proves itself (NTAG 424 DNA)"),
    "fay": Person("em 0A1B2C3D4E", "a fob (125 kHz)"),
    "zoe": Person("ntag 04F0E0D0C0B0A0", "a card not on the list", is_expected=False),
    "lee": Person("ntag 04C0FFEE123480", "a teacher's card", is_staff=True),
}
# How a kind of card is named to the bench, and under which kind its number becomes a token.
_KINDS: Final = {
    "ntag": "uid",
    "ultralight": "uid",
    "classic": "uid",
    "sun": "uid",
    "felica": "idm",
    "phone": "sc1",
    "em": "em",
}


def token_of(words: str, key: bytes) -> bytes | None:
    """Return the token a station makes of a card named by these words, None for one that has none."""
    kind, _, rest = words.partition(" ")
    value = rest.partition(" ")[0].lower()
    return token(key, _KINDS[kind], value) if kind in _KINDS and value else None


def names(key: bytes) -> dict[bytes, str]:
    """Return whose token is whose under a school key."""
    found = {token_of(person.words, key): name for name, person in CAST.items()}
    return {made: name for made, name in found.items() if made is not None}
