"""The words a practice room explains itself with, a page of each no longer than a small terminal shows."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from station.simulator.hostile import HOSTILE
from station.simulator.room.cast import CAST

if TYPE_CHECKING:
    from station.simulator.room.practice import Room

_HELP = """\
  tap ana [ben ...]   hold it there till it is answered; who: those here
  two ana zoe         two cards at once
  hold ana [3]        lay it down and leave it there; take: take all away
  scan dan            show the phone's code to the scanner
  unplug, plug        the reader's cable (or: scanner, fob-reader)
  power off, on       of reader and station; crash: the program alone
  later 30, wait 2    let minutes go by for the station; wait seconds
  cards, faults       what else there is to lay down, and to break
  staff, quit         how staff mode works; end it all (or Ctrl-D, Ctrl-C)"""

_CARDS = """\
  tap ntag 04112233445566   also: ultralight, classic, felica, em
  tap sun 04112233445566 [enc|plain|mirror] [random] [from N] [keys K K]
  tap bank, tap desfire, tap type-b       cards of other people
  tap hostile endless-wtx                 and {count} more; a wrong name lists them
  put phone DA00000000000001 locked       a locked phone; unlock, lock: there
  wallet new NAME                         a phone to enrol at a real central
  wallet certify NAME CERTIFICATE         what that gave; then tap NAME
  put ..., also ..., remove               the bench's own words; no waiting"""

_FAULTS = """\
  fault silence 3     spoil the next three answers; a wrong name lists them all
  jitter 2            the next two looks at the field find nothing
  stale-baud 230400   the chip is at another speed than the station
  power-cut           the chip forgets everything it was told
  play FILE           do a file of such lines, one after another; stop: no more
                      in it: wait 20 commands, wait 5 looks, wait 300 ms
  status, trace       the bench as it is; the bytes on the line"""

_STAFF = """\
  Staff mode needs nothing but a staff card; lee has one. The status lamp tells
  what is chosen: one blink marks an outage, two attest the time, three enrol a
  card, four test the station.
    hold lee, take     a session begins
    tap lee            the next choice
    hold lee, take     do what is chosen; the panel says done or failed
  Half a minute without a gesture ends it. All others tap as always meanwhile."""

PAGES: Final[Mapping[str, str]] = {
    "help": _HELP,
    "who": "\n".join(f"  {name:<6}{person.told}" for name, person in CAST.items()),
    "cards": _CARDS.format(count=len(HOSTILE) - 1),
    "faults": _FAULTS,
    "staff": _STAFF,
}

WELCOME: Final = "Type and press Enter: tap ana, two ana zoe, power off, quit. help lists more."


def told_answer(room: "Room", before: int) -> str:
    """Return what the panel answered since `before`, in words."""
    if room.answers == before:
        return "no answer came" if room.scene.has_power else "no answer: the station is off; try `power on`"
    return ", then ".join(
        shown.sign.value if shown.seq is None else f"{shown.sign.value}, stored as entry {shown.seq}"
        for shown in room.answered_since(before)
    )
