"""A card becomes a station by itself: it enrols with its token and loses its secrets."""

import re
from dataclasses import dataclass
from typing import Final

from tests.pi.morning.scene import Scene

UNITS: Final = ("rollbook-station", "rollbook-sync")
_SECRETS: Final = (
    "/etc/rollbook/enrol.token",
    "/boot/firmware/rollbook/enrol.token",
    "/boot/firmware/rollbook/school.key",
)
_MEASURE: Final = """\
pid=$(systemctl show --value --property=MainPID {unit})
grep -E '^(Rss|Pss):' /proc/$pid/smaps_rollup
"""


@dataclass(frozen=True, slots=True)
class Weight:
    """The memory of a unit in kB: resident, with its share of what is shared, charged to its control group.

    The last is 0 where nobody counts it.
    """

    rss_kb: int
    pss_kb: int
    group_kb: int


def until_enrolled(scene: Scene) -> None:
    """Wait until central has the key of the station, and the card no secret any more."""
    scene.until(scene.has_talked, "the first talk of the station with central")
    assert token_was_used(scene), "the station talks, but nobody used its token"
    left = [secret for secret in _SECRETS if scene.board.run(f"test -e {secret}")[0] == 0]
    assert left == [], "secrets are left on the card"


def token_was_used(scene: Scene) -> bool:
    """Ask central whether somebody brought the room's token."""
    told = scene.school.office.central("enlist", "list")
    return re.search(rf"^{scene.section.station}\b.* used ", told, re.MULTILINE) is not None


def weigh(scene: Scene) -> dict[str, Weight]:
    """Return the memory of each unit of ours that runs."""
    return {unit: _weigh(scene, unit) for unit in UNITS}


def _weigh(scene: Scene, unit: str) -> Weight:
    told = dict(re.findall(r"^(Rss|Pss):\s+(\d+) kB", scene.ask(_MEASURE.format(unit=unit)), re.MULTILINE))
    charged = scene.reading(unit, "MemoryCurrent")
    return Weight(int(told["Rss"]), int(told["Pss"]), int(charged) // 1024 if charged.isdecimal() else 0)
