"""The cards and phones there are to lay down, and how a person names them."""

import re
from collections.abc import Callable, Mapping, Sequence

from station.simulator.cards import Felica, MifareClassic, Ntag213, Ultralight
from station.simulator.field import Card
from station.simulator.hostile import HOSTILE
from station.simulator.isodep import bank_card, desfire, type_b_card
from station.simulator.phone import Phone, phone_card, stray_phone
from station.simulator.sun import LINKS, SunTag, sun_card
from station.simulator.wallet import Wallet
from station.simulator.words import CommandError, hexadecimal, number, one_of, take

HELP = (
    "put ntag 04A1B2C3D4E580 | ultralight UID | classic 82ACB95D | felica 0112AB3C4D5E0120: lay a card down",
    "put sun 04DE5F1EACC040 [enc|plain|mirror] [random] [from COUNT] [keys META FILE]: an NTAG 424 DNA",
    "put phone NAME|0123456789ABCDEF [locked]: a phone of the wallet, or one no school has certified",
    "put bank [UID] | desfire [UID] | type-b [PUPI]: a card that is not ours",
    f"put hostile NAME: {', '.join(HOSTILE)}",
    "lock; unlock: the phones lying there",
    "wallet new NAME; wallet certify NAME CERTIFICATE; wallet list",
)
_UID_HEX = (8, 14, 20)
_IDM_HEX = _SC1_HEX = 16
_KEY_HEX = 32
_STRAY = re.compile(r"[0-9A-Fa-f]{16}")
_SUN_UID_HEX = 14
_FOREIGN: Mapping[str, tuple[Callable[[bytes], Card], str, tuple[int, ...]]] = {
    "bank": (bank_card, "4A1B2C3D", _UID_HEX),
    "desfire": (desfire, "04522A1B6C7080", _UID_HEX),
    "type-b": (type_b_card, "1A2B3C4D", (8,)),
}
_NUMBERED: Mapping[str, Callable[[bytes], Card]] = {
    "ntag": Ntag213,
    "ultralight": Ultralight,
    "classic": MifareClassic,
}


class Deck:
    """Makes cards of words; `draw` gives random bytes, `utc_s` the time phones show."""

    def __init__(self, wallet: Wallet, draw: Callable[[int], bytes], utc_s: Callable[[], int]) -> None:
        self.wallet = wallet
        self._draw = draw
        self._utc_s = utc_s
        self._tags: dict[bytes, SunTag] = {}
        self._phones: list[Phone] = []

    def card(self, words: Sequence[str]) -> Card:
        """Return the card the words name; raises CommandError, or WalletError for a phone."""
        kind, value, more = take(words, 0, "a kind of card"), *_value_and_more(words)
        if kind in _NUMBERED:
            return _NUMBERED[kind](hexadecimal(value, *_UID_HEX))
        if kind in _FOREIGN:
            make, usual, digits = _FOREIGN[kind]
            return make(hexadecimal(value or usual, *digits))
        others: dict[str, Callable[[str | None, Sequence[str]], Card]] = {
            "felica": lambda value, _more: Felica(hexadecimal(value, _IDM_HEX)),
            "sun": self._sun,
            "phone": self._phone,
            "hostile": lambda value, _more: HOSTILE[one_of(HOSTILE, value)](),
        }
        if kind not in others:
            msg = f"no card is called {kind}; choose of: {', '.join((*_NUMBERED, *others, *_FOREIGN))}"
            raise CommandError(msg)
        return others[kind](value, more)

    def lock(self, *, is_locked: bool) -> int:
        """Lock or unlock the phones laid down so far; return how many."""
        for phone in self._phones:
            phone.is_locked = is_locked
        return len(self._phones)

    def clear(self) -> None:
        """Forget which phones lie there."""
        self._phones.clear()

    def qr(self, name: str) -> str:
        """Return what a phone's screen shows a scanner now."""
        shown = self._phone_named(name).qr(self._utc_s())
        if shown is None:
            msg = f"the phone {name} has no certificate yet; see wallet certify"
            raise CommandError(msg)
        return shown

    def _phone(self, value: str | None, more: Sequence[str]) -> Card:
        phone = self._phone_named(take([value] if value else [], 0, "a phone of the wallet, or 16 digits"))
        if more:
            phone.is_locked = bool(one_of({"locked": True}, more[0]))
        self._phones.append(phone)
        return phone_card(phone, self._draw)

    def _phone_named(self, name: str) -> Phone:
        if _STRAY.fullmatch(name) or name[:1].isdigit():
            return stray_phone(hexadecimal(name, _SC1_HEX), self._utc_s())
        return self.wallet.phone(name)

    def _sun(self, value: str | None, more: Sequence[str]) -> Card:
        uid = hexadecimal(value, _SUN_UID_HEX)
        # The same card comes back with the count it had, as the real one would.
        tag = self._tags.setdefault(uid, SunTag(uid))
        words, is_random = list(more), False
        while words:
            word = words.pop(0)
            if word in LINKS:
                tag.link = LINKS[word]
            elif word == "random":
                is_random = True
            elif word == "from":
                tag.counter = number(take(words, 0, "how often it was read"))
                del words[0]
            elif word == "keys":
                keys = [hexadecimal(take(words, at, "two keys"), _KEY_HEX) for at in range(2)]
                tag.meta_key, tag.file_key = keys
                del words[:2]
            else:
                one_of({**LINKS, "random": "", "from": "", "keys": ""}, word)
        return sun_card(tag, self._draw, is_random=is_random)


def _value_and_more(words: Sequence[str]) -> tuple[str | None, Sequence[str]]:
    return (words[1] if len(words) > 1 else None), words[2:]
