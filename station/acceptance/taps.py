"""The step `taps`: fifty cards laid down by a person who counts along."""

from __future__ import annotations

import shutil
from collections import Counter
from typing import Final

from station.acceptance.outcome import Outcome, Shown, share
from station.acceptance.series import Answer, tapping
from station.acceptance.site import Site
from station.panel.patterns import pattern
from station.tap import Json
from station.verdict import Verdict

TAPS: Final = 50
PATIENCE_S: Final = 60.0
SLOW_MS: Final = 500
"""From the chip's report of a card to the light: more than this and the next student already stands there."""

_WELCOME_MS: Final = sum(step.ms for step in pattern(Verdict.WELCOME, quiet=True).steps)
_TODO: Final = (
    "2 cm of air or wood between antenna and metal, wires under 20 cm, one card at a time; another antenna "
    "10 cm away at least; a better supply; where the light is late, see the step card"
)


def run(site: Site) -> Shown:
    """Count fifty green answers, then hold them against what the person counted."""
    site.person.tell(
        f"Lay cards down, one at a time, {TAPS} times in all, and take each away when its light came. A few "
        "cards will do, in any order. Count how often you lay one down."
    )
    folder = site.scratch / "taps"
    shutil.rmtree(folder, ignore_errors=True)
    answers = list[Answer]()
    try:
        with tapping(site, folder) as series:
            while sum(answer.head is not None for answer in answers) < TAPS:
                answer = series.next(PATIENCE_S)
                if answer is not None:
                    answers.append(answer)
                    site.person.tell(f"{len(answers)}: {answer.sign}")
                elif not site.person.agrees("No card came for a minute. Go on?"):
                    break
            # The last light, too, is to be seen whole.
            site.wait(_WELCOME_MS / 1_000)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    laid = site.person.counted("How often did you lay a card down?")
    return judge(answers, laid)


def judge(answers: list[Answer], laid: int) -> Shown:
    """Hold the answers against how often a card was laid down."""
    greens = [answer for answer in answers if answer.head is not None]
    others = Counter(answer.sign for answer in answers if answer.head is None)
    doubles = sum(answer.is_double for answer in answers)
    lights = sorted(float(answer.light_ms) for answer in greens)
    figures: dict[str, Json] = {
        "laid_down": laid,
        "green": len(greens),
        "missed": max(0, laid - len(answers)),
        "too_many": max(0, len(answers) - laid),
        "came_back_at_once": doubles,
        "others": dict(others),
    }
    if lights:
        figures |= {
            "light_p50_ms": share(lights, 50),
            "light_p99_ms": share(lights, 99),
            "light_max_ms": lights[-1],
        }
    faults = [
        f"{figures['missed']} of {laid} cards laid down were not answered" if figures["missed"] else "",
        f"{figures['too_many']} answers more than cards laid down" if figures["too_many"] else "",
        f"{doubles} cards were lost and found again while they lay there" if doubles else "",
        f"not green: {', '.join(f'{count} {sign}' for sign, count in others.items())}" if others else "",
        f"only {len(greens)} of {TAPS} were made" if len(greens) < TAPS else "",
        f"a light came as late as {share(lights, 99):.0f} ms"
        if lights and share(lights, 99) > SLOW_MS
        else "",
    ]
    said = "; ".join(fault for fault in faults if fault)
    if said:
        return Shown(Outcome.FAILED, said, figures, _TODO)
    says = f"{len(greens)} of {laid} cards green, none twice, the light after {share(lights, 50):.0f} ms"
    return Shown(Outcome.WELL, says, figures)
