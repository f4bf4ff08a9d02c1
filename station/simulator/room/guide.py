"""The words a practice room explains itself with, a page of each no longer than a small terminal shows."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from station.simulator.hostile import HOSTILE
from station.simulator.room.cast import CAST

if TYPE_CHECKING:
    from station.simulator.room.practice import Room

_HELP = """\
  tap ana [ben ...]     hold it to the reader, take it away once it is answered; `who` lists who is here
  two ana zoe           two cards at once;    hold ana [3]: lay it down for good;    take: take all away
  scan dan              show the phone's code to the scanner
  unplug | plug         pull the reader's cable, put it back (also: scanner, fob-reader)
  power off | on        cut the power of reader and station;    crash: the program alone dies and restarts
  fault NAME [N]        spoil the next N answers of the reader;    play FILE: a script of lines like these
  later MINUTES         let time go by;    wait SECONDS: let a moment go by
  more pages            who, cards, faults, staff;    quit, Ctrl-D or Ctrl-C ends it all"""

_CARDS = """\
  tap ntag 04112233445566 | ultralight ... | classic 11223344 | felica 0112AB3C4D5E0120 | em 0A1B2C3D4E
  tap sun 04112233445566 [enc|plain|mirror] [random] [from COUNT] [keys META FILE]: an NTAG 424 DNA
  tap bank | tap desfire | tap type-b: cards of other people
  wallet new NAME, wallet certify NAME CERTIFICATE, tap NAME: a phone enrolled at a real central
  put phone NAME locked, unlock, lock: a locked phone, unlocked where it lies
  tap hostile NAME, such as: """ + ", ".join(list(HOSTILE)[:6])

_FAULTS = """\
  fault silence 3 | mute | late-ack | late-answer | bad-checksum | truncated | error-frame | garbage ...
  jitter 2: the next looks find nothing;    stale-baud 921600: the chip at another speed
  power-cut: the chip forgets everything;    unplug, plug: the cable
  play FILE: lines like these in order, with `wait 20 commands`, `wait 5 looks` or `wait 300 ms` between;
  stop: play no further;    status: the bench as it is;    trace: the bytes on the line"""

_STAFF = """\
  Staff mode needs nothing but a staff card and the reader; lee has one.
    hold lee 3, take    a session begins: the status lamp blinks once, over and over (mark an outage)
    tap lee             the next choice: two blinks the time, three enrol a card, four test the station
    hold lee 3, take    do what is chosen; the left lamp says done, the right one failed
  Half a minute without a gesture ends it. Everybody else taps as always meanwhile."""

PAGES: Final[Mapping[str, str]] = {
    "help": _HELP,
    "who": "\n".join(f"  {name:<6}{person.told}" for name, person in CAST.items()),
    "cards": _CARDS,
    "faults": _FAULTS,
    "staff": _STAFF,
}

WELCOME: Final = "Type a command and press Enter: tap ana, two ana zoe, power off, quit. `help` lists all."


def told_answer(room: "Room", before: int) -> str:
    """Return what the panel answered since `before`, in words."""
    if room.answers == before:
        return "no answer came" if room.scene.has_power else "no answer: the station is off; try `power on`"
    last = room.last_answer
    stored = "" if last is None or last.seq is None else f", stored as entry {last.seq}"
    return f"{last.sign.value if last else 'nothing'}{stored}"
