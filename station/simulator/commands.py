"""What a person or a test may type at the practice bench, and what each line does."""

from collections.abc import Callable, Mapping

from station.simulator.bench import Bench
from station.simulator.cards import Felica, MifareClassic, Ntag213
from station.simulator.chip import Card
from station.simulator.faults import FAULTS
from station.simulator.hostile import HOSTILE
from station.simulator.isodep import bank_card, phone
from station.simulator.pty import PseudoPort

HELP = (
    "put ntag 04A1B2C3D4E580 | put classic 82ACB95D | put felica 0112AB3C4D5E0120: lay a card down",
    "put phone 0123456789ABCDEF | put bank [UID]: lay a phone with our credential, or a bank card, down",
    f"put hostile NAME: {', '.join(HOSTILE)}",
    "also ...: lay a second card beside the first; remove: take everything away",
    "scan em 0A1B2C3D4E | scan text ANYTHING | scan bytes HEX: let the scanner read something",
    "unplug [reader|scanner]; plug [reader|scanner]; power-cut; stale-baud 921600",
    f"fault NAME [TIMES]: {', '.join(FAULTS)}",
    "status; trace (what went over the line since the last trace); quit",
)
_EM_HEX, _IDM_HEX, _SC1_HEX = 10, 16, 16
_UID_HEX = (8, 14, 20)
_BANK_UID = "4A1B2C3D"


class CommandError(ValueError):
    """A line that cannot be done; the text says what would be possible."""


class Commands:
    """Does one line after another; `draw` gives random bytes for UIDs that change."""

    def __init__(self, bench: Bench, draw: Callable[[int], bytes]) -> None:
        self.is_over = False
        self._bench = bench
        self._draw = draw
        self._verbs: Mapping[str, Callable[[list[str]], dict[str, object]]] = {
            "put": self._put,
            "also": self._also,
            "remove": self._remove,
            "scan": self._scan,
            "plug": lambda words: self._on_port(words, self._bench.plug),
            "unplug": lambda words: self._on_port(words, self._bench.unplug),
            "power-cut": self._power_cut,
            "stale-baud": self._stale_baud,
            "fault": self._fault,
            "status": lambda _words: self._status(),
            "trace": self._trace,
            "help": lambda _words: {"help": list(HELP)},
            "quit": self._quit,
        }

    def do(self, line: str) -> dict[str, object]:
        """Do what the line says and return the answer; `ok` tells whether it could be done."""
        verb, *words = line.split() or ["status"]
        try:
            return {"ok": True, "did": verb, **self._verbs.get(verb, _unknown)(words)}
        except (CommandError, OSError) as error:
            return {"ok": False, "did": verb, "error": str(error)}

    def quit(self) -> None:
        """Come to an end after the current step."""
        self.is_over = True

    def _put(self, words: list[str]) -> dict[str, object]:
        self._bench.field.put(self._card(words))
        return self._lying()

    def _also(self, words: list[str]) -> dict[str, object]:
        self._bench.field.add(self._card(words))
        return self._lying()

    def _remove(self, _words: list[str]) -> dict[str, object]:
        self._bench.field.remove()
        return self._lying()

    def _lying(self) -> dict[str, object]:
        return {"lying": len(self._bench.field.cards)}

    def _card(self, words: list[str]) -> Card:
        kind, value = _take(words, 0, "a kind of card"), words[1] if len(words) > 1 else None
        if kind == "hostile":
            return HOSTILE[_one_of(HOSTILE, value)]()
        if kind == "phone":
            return phone(_hex(value, _SC1_HEX), self._draw)
        if kind == "felica":
            return Felica(_hex(value, _IDM_HEX))
        makers: dict[str, Callable[[bytes], Card]] = {
            "ntag": Ntag213,
            "classic": MifareClassic,
            "bank": bank_card,
        }
        if kind not in makers:
            msg = f"no card is called {kind}; choose of: ntag, classic, felica, phone, bank, hostile"
            raise CommandError(msg)
        return makers[kind](_hex(value or (_BANK_UID if kind == "bank" else None), *_UID_HEX))

    def _scan(self, words: list[str]) -> dict[str, object]:
        scanner = self._bench.scanner
        if scanner is None:
            msg = "there is no scanner; start with --scanner-link"
            raise CommandError(msg)
        what, rest = _take(words, 0, "em, text or bytes"), " ".join(words[1:])
        if what == "em":
            scanner.write(_rdm6300(_hex(rest, _EM_HEX)))
        elif what == "bytes":
            scanner.write(_hex(rest))
        elif what == "text":
            scanner.write(rest.encode() + b"\r\n")
        else:
            msg = f"nothing scanned is called {what}; choose of: em, text, bytes"
            raise CommandError(msg)
        return {}

    def _on_port(self, words: list[str], act: Callable[[PseudoPort], None]) -> dict[str, object]:
        name = words[0] if words else "reader"
        port = {"reader": self._bench.reader, "scanner": self._bench.scanner}.get(name)
        if port is None:
            msg = f"there is no {name}; there may be: reader, scanner"
            raise CommandError(msg)
        act(port)
        return self._status()

    def _power_cut(self, _words: list[str]) -> dict[str, object]:
        self._bench.chip.power_cut()
        return {}

    def _stale_baud(self, words: list[str]) -> dict[str, object]:
        self._bench.chip.baud = _number(_take(words, 0, "a speed"))
        return {}

    def _fault(self, words: list[str]) -> dict[str, object]:
        self._bench.faults.plan(
            _one_of(FAULTS, words[0] if words else None), _number(words[1]) if len(words) > 1 else 1
        )
        return {}

    def _status(self) -> dict[str, object]:
        bench = self._bench
        return {
            "reader": str(bench.reader.link) if bench.reader.is_plugged else None,
            "scanner": str(bench.scanner.link) if bench.scanner and bench.scanner.is_plugged else None,
            "baud": bench.chip.baud,
            "faults_left": bench.faults.left,
            "commands": {f"{code:02x}": count for code, count in bench.chip.executed.items()},
            **self._lying(),
        }

    def _trace(self, _words: list[str]) -> dict[str, object]:
        trace, self._bench.trace[:] = list(self._bench.trace), []
        return {"trace": trace}

    def _quit(self, _words: list[str]) -> dict[str, object]:
        self.quit()
        return {}


def _unknown(_words: list[str]) -> dict[str, object]:
    msg = "this is not known; type help"
    raise CommandError(msg)


def _rdm6300(number: bytes) -> bytes:
    check = 0
    for byte in number:
        check ^= byte
    return b"\x02" + (number + bytes([check])).hex().upper().encode() + b"\x03"


def _take(words: list[str], at: int, what: str) -> str:
    if len(words) <= at:
        msg = f"name {what}; type help"
        raise CommandError(msg)
    return words[at]


def _one_of(names: Mapping[str, object], name: str | None) -> str:
    if name not in names:
        msg = f"{name or 'nothing'} is not one of: {', '.join(names)}"
        raise CommandError(msg)
    return str(name)


def _number(text: str) -> int:
    if not text.isdecimal():
        msg = f"{text} is not a number"
        raise CommandError(msg)
    return int(text)


def _hex(text: str | None, *digits: int) -> bytes:
    wanted = " or ".join(map(str, digits))
    if text is None or (digits and len(text) not in digits):
        msg = f"give {wanted} hexadecimal digits"
        raise CommandError(msg)
    try:
        return bytes.fromhex(text)
    except ValueError:
        msg = f"give hexadecimal digits{f' ({wanted})' if wanted else ''}"
        raise CommandError(msg) from None
