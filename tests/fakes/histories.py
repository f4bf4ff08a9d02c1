"""Made-up lives of a station of which the truth is known: boots, outages, drift, beacons and receipts."""

from dataclasses import dataclass, field
from fractions import Fraction

from hypothesis import strategies as st

from central.timeline import BeaconFact, Fact, ReceiptFact, Stamped

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
START_MS = 1_790_000_000_000
EPS_MS = 50
RHO_PPM = 200


@dataclass(slots=True)
class History:
    """Entries and facts as central sees them, and beside each entry when it truly happened."""

    entries: list[Stamped] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    truths_ms: list[Fraction] = field(default_factory=list)


@dataclass(slots=True)
class Life:
    """A station under way: `now_ms` is the truth; the crystal needs `1 + drift` true time per raw time."""

    history: History = field(default_factory=History)
    now_ms: Fraction = Fraction(START_MS)
    booted_ms: Fraction = Fraction(START_MS)
    boot: int = 1
    drift_ppm: int = 0

    def raw_ms(self) -> int:
        """Return the raw clock, cut to whole milliseconds."""
        return int((self.now_ms - self.booted_ms) / (1 + Fraction(self.drift_ppm, 1_000_000)))

    def wait(self, ms: Fraction | int) -> None:
        """Let true time pass."""
        self.now_ms += ms

    def reboot(self, off_ms: Fraction | int, drift_ppm: int) -> None:
        """Lose power for a while."""
        self.now_ms += off_ms
        self.booted_ms, self.boot, self.drift_ppm = self.now_ms, self.boot + 1, drift_ppm

    def write(self, wall_error_ms: int | None = None, max_error_ms: int = 500) -> int:
        """Append an entry; with a wall error the clock claims to be synchronised. Returns its index."""
        history = self.history
        wall_ms = 0 if wall_error_ms is None else int(self.now_ms) + wall_error_ms
        synced = int(wall_error_ms is not None)
        history.entries.append(Stamped(self.boot, self.raw_ms(), wall_ms, synced, max_error_ms))
        history.truths_ms.append(self.now_ms)
        return len(history.entries) - 1

    def exchange(self, up_ms: int = 30, down_ms: int = 30, server_error_ms: int = 0) -> None:
        """Send everything there is, and write the beacon that came back."""
        t1_raw_ms, up_to = self.raw_ms(), len(self.history.entries) - 1
        self.wait(up_ms)
        t2_ms = int(self.now_ms) + server_error_ms
        self.wait(5)
        t3_ms = int(self.now_ms) + server_error_ms
        self.wait(down_ms)
        t4_raw_ms = self.raw_ms()
        self.wait(200)
        index = self.write()
        self.history.facts.append(BeaconFact(index, t1_raw_ms, t4_raw_ms, t2_ms, t3_ms, EPS_MS))
        if up_to >= 0:
            self.history.facts.append(ReceiptFact(up_to, t2_ms, EPS_MS))


@st.composite
def histories(draw: st.DrawFn, *, is_wall_trusted: bool = True) -> History:
    """Draw a truthful history: up to 6 boots, days offline, drift up to rho, lopsided networks."""
    drifts = st.integers(-RHO_PPM, RHO_PPM)
    delays = st.integers(0, 30_000)
    life = Life(drift_ppm=draw(drifts))
    wall_errors = st.one_of(st.none(), st.integers(-450, 450)) if is_wall_trusted else st.none()
    for turn in range(draw(st.integers(1, 6))):
        if turn:
            life.reboot(draw(st.integers(0, 3 * DAY_MS)), draw(drifts))
        for kind in draw(st.lists(st.sampled_from(["tap", "tap", "beacon"]), max_size=8)):
            life.wait(Fraction(draw(st.integers(0, 4 * DAY_MS * 3)), 3))
            if kind == "tap":
                life.write(draw(wall_errors))
            else:
                life.exchange(draw(delays), draw(delays), draw(st.integers(1 - EPS_MS, EPS_MS - 1)))
    return life.history
