"""Many random lives of a station in whole numbers, quick to make: what its journal says and what was true."""

import math
from dataclasses import dataclass, field
from random import Random

from central.timeline import AttestedFact, BeaconFact, Fact, ReceiptFact, Stamped

RHO_PPM = 200
EPS_MS = 50
MARGIN_MS = 300_000
DAY_MS = 86_400_000
START_MS = 1_790_000_000_000
_PPM = 1_000_000
# Truth is counted in millionths of a microsecond, so that a drift in ppm never leaves a fraction.
_MS = 1_000 * _PPM


@dataclass(slots=True)
class RandomLife:
    """Entries and facts as central has them; `truths` beside the entries, in millionths of a microsecond.

    `lied` are the entries whose wall clock called itself synchronised and was hours off, in a boot in which
    exchanges prove it wrong.
    """

    entries: list[Stamped] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    truths: list[int] = field(default_factory=list)
    lied: set[int] = field(default_factory=set)

    def holds(self, n: int, earliest_ms: int | None, latest_ms: int | None) -> bool:
        """Tell whether entry `n` truly happened between two bounds."""
        truth = self.truths[n]
        return (earliest_ms is None or earliest_ms * _MS <= truth) and (
            latest_ms is None or truth <= latest_ms * _MS
        )


def random_life(seed: int, worst_ppm: int = RHO_PPM) -> RandomLife:
    """Return a life by its seed: reboots, outages, lopsided networks, dead and spoofed clocks, staff's words.

    Crystals are off by up to `worst_ppm`. All facts are true, people's within what they state.
    """
    return _Living(Random(seed), worst_ppm).live()  # noqa: S311  the same life for the same seed


class _Living:
    def __init__(self, dice: Random, worst_ppm: int) -> None:
        self._dice = dice
        self._worst_ppm = worst_ppm
        self._life = RandomLife()
        self._booted = START_MS * _MS
        self._raw_us = 0
        self._boot = 1
        self._drift_ppm = self._drift()
        self._stuck_ms = 0
        self._offset_ms = 0
        self._awaits: BeaconFact | None = None

    def live(self) -> RandomLife:
        for turn in range(self._dice.randint(1, 6)):
            if turn:
                self._reboot()
            is_online = self._dice.random() < 0.7
            is_spoofed = is_online and self._dice.random() < 0.1
            if is_spoofed:
                self._offset_ms = self._dice.choice([-1, 1]) * self._dice.randint(3 * 3_600_000, 70 * DAY_MS)
            for _ in range(self._dice.randint(0, 7)):
                self._wait()
                self._happen(is_online=is_online, is_spoofed=is_spoofed)
            if is_spoofed:
                self._exchange(is_journalled=True)
        if self._life.entries:
            late_ms = self._dice.choice([0, 1_000, 9 * DAY_MS])
            self._receipt(len(self._life.entries) - 1, self._now_ms() + 1 + late_ms)
        return self._life

    def _drift(self) -> int:
        worst = self._worst_ppm
        return self._dice.choice([-worst, worst, self._dice.randint(-worst, worst)])

    def _reboot(self) -> None:
        off_ms = self._dice.choice([0, self._dice.randint(0, 60_000), self._dice.randint(0, 3 * DAY_MS)])
        self._booted = self._now() + off_ms * _MS
        self._raw_us, self._boot, self._drift_ppm = 0, self._boot + 1, self._drift()
        self._stuck_ms, self._offset_ms = self._dice.choice([0, START_MS - 70 * DAY_MS]), 0
        if self._awaits is not None and self._dice.random() < 0.5:
            # The reply of the boot before is only now written down.
            self._wait()
            self._carry_beacon(self._awaits, self._boot - 1)
        self._awaits = None

    def _wait(self) -> None:
        """Let from a millisecond to four days of raw time pass, every order of magnitude alike."""
        self._raw_us += int(1_000 * math.exp(self._dice.uniform(0, math.log(4 * DAY_MS))))

    def _now(self) -> int:
        return self._booted + self._raw_us * (_PPM + self._drift_ppm)

    def _now_ms(self) -> int:
        return self._now() // _MS

    def _happen(self, *, is_online: bool, is_spoofed: bool) -> None:
        kind = self._dice.random()
        if is_online and kind < 0.35:
            self._exchange()
        elif kind < 0.45:
            index = self._write(0, 0)
            before_ms, after_ms = (self._dice.randint(0, MARGIN_MS) for _ in range(2))
            now_ms = self._now_ms()
            self._life.facts.append(AttestedFact(index, now_ms - before_ms, now_ms + 1 + after_ms))
        elif is_spoofed:
            self._life.lied.add(self._write(self._now_ms() + self._offset_ms, 1))
        elif kind < 0.6:
            error_ms = self._dice.choice([0, 500, 3_000])
            slack_ms = max(500, error_ms) - 1
            self._write(self._now_ms() + self._dice.randint(-slack_ms, slack_ms), 1, error_ms)
        else:
            # A dead or stuck RTC, or a clock nobody set: it claims nothing.
            self._write(self._stuck_ms, 0)

    def _write(self, wall_ms: int, sync_state: int, max_error_ms: int = 500) -> int:
        life = self._life
        life.entries.append(Stamped(self._boot, self._raw_us // 1_000, wall_ms, sync_state, max_error_ms))
        life.truths.append(self._now())
        return len(life.entries) - 1

    def _exchange(self, *, is_journalled: bool = False) -> None:
        up_to = len(self._life.entries) - 1
        t1_raw_ms = self._raw_us // 1_000
        for_us = [self._dice.choice([0, 30, 30_000]) * 1_000 for _ in range(2)]
        self._raw_us += for_us[0]
        wrong_ms = self._dice.randint(1 - EPS_MS, EPS_MS - 1)
        t2_ms = self._now_ms() + wrong_ms
        self._raw_us += 5_000
        t3_ms = self._now_ms() + wrong_ms
        self._raw_us += for_us[1]
        t4_raw_ms = self._raw_us // 1_000
        self._raw_us += self._dice.choice([0, 200_000])
        fact = BeaconFact(0, t1_raw_ms, t4_raw_ms, t2_ms, t3_ms, EPS_MS)
        self._receipt(up_to, t2_ms)
        if is_journalled or self._dice.random() < 0.9:
            self._carry_beacon(fact, None)
        else:
            self._awaits = fact

    def _carry_beacon(self, fact: BeaconFact, boot: int | None) -> None:
        index = self._write(0, 0)
        self._life.facts.append(
            BeaconFact(index, fact.t1_raw_ms, fact.t4_raw_ms, fact.t2_ms, fact.t3_ms, fact.eps_ms, boot)
        )

    def _receipt(self, up_to: int, received_ms: int) -> None:
        if up_to >= 0:
            self._life.facts.append(ReceiptFact(up_to, received_ms, EPS_MS))
