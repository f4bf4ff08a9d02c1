"""House rule 6: time is an argument; the few files that may read a clock are named here, with reasons."""

import ast

import pytest

from tests.health import source

CLOCK_READS = {
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.ctime",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "django.utils.timezone.now",
    "django.utils.timezone.localtime",
    "django.utils.timezone.localdate",
}
MAY_READ_A_CLOCK = {
    "station/clock.py": "the clock itself: everything else is handed one of its readings",
    "station/sync_stamp.py": "part of the clock: reckons from the moment it was set to this one",
    "central/cli.py": "an entry point: hands the time to every command",
    "central/web/clock.py": "an entry point: hands the time to every page",
    "provisioning/board/update/__main__.py": "an entry point: asks it only where the kernel vouches for it",
    "provisioning/commands/release.py": "an entry point: says until when what it signs is good",
    "provisioning/commands/bundle.py": "an entry point: asks whether a token can still be used",
    "sync_agent/run.py": "an entry point: hands the scheduler the date its one-shot jobs ask for",
}
# Django would fill these in by itself, from a clock no test can set.
SELF_FILLING = {"auto_now", "auto_now_add"}


def clock_reads(tree: ast.Module) -> list[str]:
    """Return every read of a clock in a module, with its line."""
    reads = [f"{line} {name}" for line, name in source.mentions(tree) if name in CLOCK_READS]
    keywords = [node for node in source.nodes(tree) if isinstance(node, ast.keyword)]
    return reads + [f"{node.lineno} {node.arg}" for node in keywords if node.arg in SELF_FILLING]


def test_nothing_below_the_entry_points_reads_a_clock() -> None:
    found = [
        f"{name}:{read}"
        for name in source.product_files()
        if name not in MAY_READ_A_CLOCK
        for read in clock_reads(source.syntax(name))
    ]
    assert found == []


def test_every_file_that_may_read_a_clock_does() -> None:
    idle = [
        name
        for name in MAY_READ_A_CLOCK
        if name not in source.tracked() or not clock_reads(source.syntax(name))
    ]
    assert idle == []


@pytest.mark.parametrize(
    "planted",
    [
        "import time\nat = time.time()",
        "import time as t\nat = t.time_ns()",
        "from time import time\nat = time()",
        "from datetime import datetime as dt, UTC\nat = dt.now(UTC)",
        "import datetime\non = datetime.date.today()",
        "from django.utils import timezone\nfield = F(default=timezone.now)",
        "made_at = DateTimeField(auto_now_add=True)",
    ],
)
def test_a_planted_clock_is_found_under_any_name(planted: str) -> None:
    assert len(clock_reads(ast.parse(planted))) == 1


def test_counting_time_that_passes_is_no_clock() -> None:
    assert clock_reads(ast.parse("import time\nstart = time.monotonic()\ntime.sleep(1)")) == []
