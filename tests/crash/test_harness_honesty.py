from pathlib import Path

import pytest

from tests.crash.calls import Call, Sync
from tests.crash.disk import Rules
from tests.crash.lived import Lived
from tests.crash.scene import EARLY, UNSAFE
from tests.crash.stories import BEFORE
from tests.crash.tracing import needs_strace

pytestmark = [pytest.mark.journey, needs_strace]

STORY = "first morning"
NAMES = Sync(".")
INBOX = Sync("inbox")
DRAFT = Sync("journal.sqlite.draft")


@pytest.mark.parametrize("rules", Rules)
@pytest.mark.parametrize("fault", [*UNSAFE, EARLY])
@pytest.mark.invariant(1)
@pytest.mark.fault("P2")
def test_a_station_that_is_not_safe_is_found_out(memory: Path, fault: str, rules: Rules) -> None:
    explored = Lived(memory, STORY, fault).explore(rules, seed=1, each=1)
    assert any("lost that a light had confirmed" in loss for loss in explored.losses)


@pytest.mark.parametrize(
    ("story", "forgotten", "rules"),
    [
        # Nothing but a folder's own flush keeps the name of a new journal.
        (STORY, NAMES, Rules.POSIX),
        # A new journal that takes the old one's place before its bytes are safe.
        ("salvage", DRAFT, Rules.EXT4),
        # What was taken out of the inbox comes back and is taken again, in the epoch that was ordered.
        ("inbox", INBOX, Rules.EXT4),
    ],
)
@pytest.mark.invariant(1)
@pytest.mark.fault("P2")
def test_a_flush_that_was_forgotten_is_found_out(
    memory: Path, story: str, forgotten: Call, rules: Rules
) -> None:
    lived = Lived(memory, story, before=BEFORE.get(story))
    lived.without(forgotten)
    assert lived.explore(rules, seed=1, each=0, most_losses=1).losses != []


def test_on_ext4_a_files_own_flush_keeps_its_name(memory: Path) -> None:
    lived = Lived(memory, STORY)
    lived.without(NAMES)
    assert lived.explore(Rules.EXT4, seed=1, each=0).losses == []
