"""What must hold in every simulated run, by the protocol's own numbers."""

from enum import Enum


class Invariant(Enum):
    """One sentence that a run may prove wrong; the numbers are those of docs/reference/invariants.md."""

    GREEN_IS_STORED = "1 a green light answers an entry that was just stored"
    LOSS_IS_TOLD = "5 a tap that was not recorded is told of in a gap, unless the power went"
    NO_PHANTOM = "7 nothing is at central that no station wrote"
    ACK_IS_DURABLE = "8 nothing is acknowledged that a crash takes back"
    ACK_IS_HELD = "9 no station believes central to hold more than it does"
    CHAINS_VERIFY = "3, 10 the chain of every epoch verifies at central, and is the journal's"
    DRAINED = "13 every station's entries reach central once nothing is in the way"
    NO_TAP_LOST = "15 every green tap on a disk that is left is at central"
    ONCE = "16, 45 every tap counts once, whatever carried it how often"
    NO_SHARED_EPOCH = "17 no two living copies share an epoch"
    NO_FALSE_ALARM = "18, 21 nothing is set aside without a clone, a rollback or a restore"
    EPOCHS_DIFFER = "19 no epoch is begun twice"
    REVOKED_IS_REFUSED = "20 a revoked station is never answered 200"
    TIME_HOLDS_TRUTH = "22 the true time lies within every interval"
    UNPROVEN_IS_UNDATED = "23, 24 no tap of grade R or X has a date, and every dated one has its own"
    RUNS_ON = "0 no program ends by a fault of its own"
    TAP_WAITS_FOR_NOBODY = "42 no tap waits for the network"


class Broken(AssertionError):  # noqa: N818  an invariant, not a fault of the simulator
    """An invariant does not hold: which, whose station it is, and what was found."""

    def __init__(self, invariant: Invariant, station: str, found: str) -> None:
        super().__init__(f"{invariant.value}: {station}: {found}")
        self.invariant, self.station, self.found = invariant, station, found
