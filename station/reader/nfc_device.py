"""Look at the field of an open chip, each technology as often as it deserves."""

from collections.abc import Callable, Sequence

import nfc.clf

from station.clock import Clock
from station.credential import canonical_idm, canonical_uid
from station.reader import Credential, Reason
from station.reader.hold import CROWD, Sight
from station.reader.nfc_chip import Chip
from station.reader.nfc_frontend import Frontend
from station.reader.nfc_visit import Visit

# Type A is polled in every cycle; these cost one command more or two, and are rarely met.
FELICA_EVERY = 8
TYPE_B_EVERY = 16
TYPE_B_OFFSET = 4
# What was just there is looked for in every cycle: held askew, it must not have to wait for its turn.
LINGER = 16

_A, _B, _FELICA = "106A", "106B", "212F"
_ISO_DEP = 0x20


class NfcDevice:
    """An open chip: one look is one poll of the field, or one question to who is being talked to."""

    def __init__(self, chip: Chip, clock: Clock, challenge: Callable[[int], bytes]) -> None:
        self._chip = chip
        self._clf = Frontend(chip.driver, clock)
        self._visit = Visit(self._clf, clock, challenge)
        self._cycle = 0
        self._seen = {_FELICA: -LINGER, _B: -LINGER}

    def look(self) -> Sequence[Sight]:
        """Return what lies in the field."""
        sight = self._visit.continues()
        return [self._poll() if sight is None else sight]

    def recover(self, pause: Callable[[float], object]) -> None:
        """End what the chip is doing and forget what it said about it.

        Whoever is being talked to keeps the field and is asked next: a card that is read again would
        have to prove itself again.
        """
        self._chip.link.resync(pause)

    def close(self) -> None:
        """Put the field out and give the port back."""
        self._chip.close()

    def _poll(self) -> Sight:
        self._cycle += 1
        target = self._clf.sense(*map(nfc.clf.RemoteTarget, self._technologies()))
        found = target.brty if target is not None else _B if self._chip.found_b else None
        if found in self._seen:
            self._seen[found] = self._cycle
        if found == _B:
            # An identity or transit card, perhaps somebody's: nobody here is known by one.
            return Reason.FOREIGN
        return None if target is None else self._recognise(target)

    def _technologies(self) -> list[str]:
        is_due = {
            _FELICA: self._cycle % FELICA_EVERY == 0,
            _B: self._chip.lists_b and self._cycle % TYPE_B_EVERY == TYPE_B_OFFSET,
        }
        return [_A, *(name for name, due in is_due.items() if due or self._cycle - self._seen[name] < LINGER)]

    def _recognise(self, target: nfc.clf.RemoteTarget) -> Sight:
        if target.brty == _FELICA:
            value = canonical_idm(bytes(target.sensf_res[1:9]))
            return Credential("idm", value, "nfc-f", 1, None) if value else Reason.RANDOM_UID
        if self._chip.found_a > 1:
            return CROWD
        if target.sel_res is None:
            return Reason.FOREIGN
        if target.sel_res[0] & _ISO_DEP:
            return self._begin_visit(target)
        value = canonical_uid(bytes(target.sdd_res))
        return Credential("uid", value, "nfc-a", 1, None) if value else Reason.RANDOM_UID

    def _begin_visit(self, target: nfc.clf.RemoteTarget) -> Sight:
        if self._chip.puts_to_sleep:
            with self._chip.alone():
                target = self._clf.sense(nfc.clf.RemoteTarget(_A))
        if target is None or target.sel_res is None or not target.sel_res[0] & _ISO_DEP:
            return None
        return self._visit.begin(target)
