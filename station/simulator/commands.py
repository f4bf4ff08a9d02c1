"""What a person or a test may type at the practice bench, and what each line does."""

from collections.abc import Callable, Mapping
from pathlib import Path

from station.errors import StationError
from station.simulator import deck
from station.simulator.bench import Bench
from station.simulator.deck import Deck
from station.simulator.faults import FAULTS
from station.simulator.pty import PseudoPort
from station.simulator.script import Script
from station.simulator.words import CommandError, hexadecimal, number, one_of, take

HELP = (
    *deck.HELP,
    "also ...: lay a second card beside the first; remove: take everything away",
    "scan em 0A1B2C3D4E | scan text ANYTHING | scan bytes HEX | scan qr NAME: let the scanner read something",
    "unplug [reader|scanner|fob-reader]; plug [...]; power-cut; stale-baud 921600",
    f"fault NAME [TIMES]: {', '.join(FAULTS)}",
    "jitter TIMES: let the next looks at the field find nothing",
    "play FILE: do the lines of a file, where `wait 20 [commands|looks|ms]` waits; stop: play no further",
    "status; trace (what went over the line since the last trace); quit",
)
_EM_HEX = 10


class Commands:
    """Does one line after another, and between them those of the script being played."""

    def __init__(self, bench: Bench, cards: Deck) -> None:
        self.is_over = False
        self.script: Script | None = None
        self._bench = bench
        self._deck = cards
        self._verbs: Mapping[str, Callable[[list[str]], dict[str, object]]] = {
            "put": self._put,
            "also": self._also,
            "remove": self._remove,
            "lock": lambda _words: {"phones": self._deck.lock(is_locked=True)},
            "unlock": lambda _words: {"phones": self._deck.lock(is_locked=False)},
            "wallet": self._wallet,
            "scan": self._scan,
            "plug": lambda words: self._on_port(words, self._bench.plug),
            "unplug": lambda words: self._on_port(words, self._bench.unplug),
            "power-cut": self._power_cut,
            "stale-baud": self._stale_baud,
            "fault": self._fault,
            "jitter": self._jitter,
            "play": self._play,
            "stop": self._stop,
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
        except ImportError as error:
            text = f"this card needs the package cryptography ({error}); install rollbook[sync]"
            return {"ok": False, "did": verb, "error": text}
        except (StationError, OSError) as error:
            return {"ok": False, "did": verb, "error": str(error)}

    def go_on(self) -> None:
        """Do the lines of the script that are due."""
        if self.script is not None:
            self.script.go_on()

    def play(self, file: Path) -> Script:
        """Begin to play a script; raises CommandError while another is played, or without the file."""
        if self.script is not None and self.script.is_running:
            msg = f"{self.script.file} is being played; stop it first"
            raise CommandError(msg)
        self.script = Script(file, self.do, self._bench)
        return self.script

    def quit(self) -> None:
        """Come to an end after the current step."""
        self.is_over = True

    def _put(self, words: list[str]) -> dict[str, object]:
        card = self._deck.card(words)
        self._bench.field.put(card)
        return self._lying()

    def _also(self, words: list[str]) -> dict[str, object]:
        self._bench.field.add(self._deck.card(words))
        return self._lying()

    def _remove(self, _words: list[str]) -> dict[str, object]:
        self._bench.field.remove()
        self._deck.clear()
        return self._lying()

    def _lying(self) -> dict[str, object]:
        return {"lying": len(self._bench.field.cards)}

    def _wallet(self, words: list[str]) -> dict[str, object]:
        what, wallet = take(words, 0, "new, certify or list"), self._deck.wallet
        if what == "list":
            return {"phones": wallet.names()}
        name = take(words, 1, "the phone")
        if what == "new":
            return {"phone": name, "public_key": wallet.new(name).public_key.hex()}
        one_of({"new": "", "certify": "", "list": ""}, what)
        wallet.certify(name, take(words, 2, "the certificate"))
        return {"phone": name}

    def _scan(self, words: list[str]) -> dict[str, object]:
        what, rest = take(words, 0, "em, text, bytes or qr"), " ".join(words[1:])
        makers: Mapping[str, Callable[[], bytes]] = {
            "em": lambda: _rdm6300(hexadecimal(rest, _EM_HEX)),
            "text": lambda: rest.encode() + b"\r\n",
            "bytes": lambda: hexadecimal(rest),
            "qr": lambda: self._deck.qr(take(words, 1, "a phone")).encode() + b"\r\n",
        }
        if what not in makers:
            msg = f"nothing scanned is called {what}; choose of: {', '.join(makers)}"
            raise CommandError(msg)
        fob_reader = self._bench.fob_reader if what == "em" else None
        port = fob_reader or self._bench.scanner
        if port is None:
            msg = "there is no scanner; start with --scanner-link"
            raise CommandError(msg)
        port.write(makers[what]())
        return {}

    def _on_port(self, words: list[str], act: Callable[[PseudoPort], None]) -> dict[str, object]:
        name = words[0] if words else "reader"
        port = self._bench.ports.get(name)
        if port is None:
            msg = f"there is no {name}; there may be: reader, scanner, fob-reader"
            raise CommandError(msg)
        act(port)
        return self._status()

    def _power_cut(self, _words: list[str]) -> dict[str, object]:
        self._bench.chip.power_cut()
        return {}

    def _stale_baud(self, words: list[str]) -> dict[str, object]:
        self._bench.chip.baud = number(take(words, 0, "a speed"))
        return {}

    def _fault(self, words: list[str]) -> dict[str, object]:
        name = one_of(FAULTS, words[0] if words else None)
        self._bench.faults.plan(name, number(words[1]) if len(words) > 1 else 1)
        return {}

    def _jitter(self, words: list[str]) -> dict[str, object]:
        self._bench.chip.blind = number(take(words, 0, "how many looks"))
        return {}

    def _play(self, words: list[str]) -> dict[str, object]:
        script = self.play(Path(" ".join(words)))
        return {"lines": script.lines}

    def _stop(self, _words: list[str]) -> dict[str, object]:
        if self.script is not None:
            self.script.stop()
        return {}

    def _status(self) -> dict[str, object]:
        bench = self._bench
        return {
            **{name: str(port.link) if port.is_plugged else None for name, port in bench.ports.items()},
            "baud": bench.chip.baud,
            "faults_left": bench.faults.left,
            "commands": {f"{code:02x}": count for code, count in bench.chip.executed.items()},
            "script": None if self.script is None else self.script.told(),
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


def _rdm6300(tag: bytes) -> bytes:
    check = 0
    for byte in tag:
        check ^= byte
    return b"\x02" + (tag + bytes([check])).hex().upper().encode() + b"\x03"
