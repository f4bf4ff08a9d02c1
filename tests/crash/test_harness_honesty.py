from pathlib import Path

import pytest

from tests.crash.calls import Sync
from tests.crash.disk import Rules
from tests.crash.lived import Lived
from tests.crash.scene import EARLY, UNSAFE
from tests.crash.tracing import needs_strace

pytestmark = needs_strace

SCENE = "first morning"


@pytest.mark.parametrize("rules", Rules)
@pytest.mark.parametrize("fault", [*UNSAFE, EARLY])
def test_a_station_that_is_not_safe_is_found_out(memory: Path, fault: str, rules: Rules) -> None:
    explored = Lived(memory, SCENE, fault).explore(rules, seed=1, each=1, most_losses=1)
    assert len(explored.losses) == 1
    assert "lost that a light had confirmed" in explored.losses[0]


def test_a_folder_that_is_never_flushed_loses_the_whole_journal_where_only_that_keeps_names(
    memory: Path,
) -> None:
    lived = Lived(memory, SCENE)
    lived.without(Sync("."))
    assert lived.explore(Rules.POSIX, seed=1, each=0, most_losses=1).losses != []


def test_on_ext4_a_files_own_flush_keeps_its_name(memory: Path) -> None:
    lived = Lived(memory, SCENE)
    lived.without(Sync("."))
    assert lived.explore(Rules.EXT4, seed=1, each=0).losses == []
