"""House rule 6: clocks, chance and the network are handed in; the files that open them are named.

This is what lets a whole fleet live on virtual time: below these files nothing else reads them.
"""

import ast
from collections.abc import Iterator
from typing import Final

import pytest

from tests.health import source

PORTS: Final = (
    "time.",
    "random.",
    "secrets.",
    "uuid.",
    "socket.",
    "requests.",
    "http.client.",
    "urllib.request.",
)
NAMES: Final = frozenset({"os.urandom", "os.getrandom", "datetime.datetime.now", "datetime.datetime.utcnow"})
# Neither reads anything: one formats an instant it is given, the others name things.
HARMLESS: Final = frozenset({"time.gmtime", "time.strftime", "time.struct_time", "socket.AF_INET6"})

ENTRY: Final = "an entry point: hands it to everything below"
OWN: Final = "the port itself: everything else is handed one of these"
MAY: Final = {
    "central/cli.py": ("datetime.", ENTRY),
    "central/commands/add_operator.py": ("secrets.", ENTRY),
    "central/commands/enlist.py": ("os.urandom", ENTRY),
    "central/commands/order.py": ("secrets.", ENTRY),
    "central/commands/replace_station.py": ("os.urandom", ENTRY),
    "central/web/api/enrolments.py": ("os.urandom", ENTRY),
    "central/web/api/fleet.py": ("secrets.", ENTRY),
    "central/web/views/fleet.py": ("secrets.", ENTRY),
    "central/commands/deliver.py": (
        "time.sleep random.SystemRandom",
        "an entry point: hands the client how to wait, and dice for how long",
    ),
    "central/commands/import_usb.py": (
        "time.sleep",
        "waits for an intake that is starting; nothing is timed by it",
    ),
    "central/commands/init.py": ("secrets.", ENTRY),
    "central/commands/issue_phone.py": ("secrets.", ENTRY),
    "central/commands/kit/laptop.py": ("os.urandom", ENTRY),
    "central/commands/kit/office.py": ("os.urandom", ENTRY),
    "central/commands/login.py": ("secrets.", ENTRY),
    "central/commands/restore.py": ("secrets.", ENTRY),
    "central/commands/serve.py": (
        "socket. time.monotonic",
        "opens the sockets it hands to its processes; sees how long a round takes",
    ),
    "central/commands/token.py": ("secrets.", ENTRY),
    "central/exchange/powerschool/http_line.py": (
        "requests. time.monotonic",
        "the way to PowerSchool, and nowhere else; gives up on an answer that does not end",
    ),
    "central/fleet/": ("random.Random", "dice of a simulated run, made of its seed and handed on"),
    "central/intake/app.py": ("secrets.", "puts the intake together; tests hand in their own tokens"),
    "central/intake/writer.py": ("time.monotonic", "sees how long one transaction takes"),
    "central/serving/guard.py": ("time.monotonic", "counts how often somebody asks in a second"),
    "central/web/provider_line.py": ("requests.", "the way to the sign-in provider, and nowhere else"),
    "central/serving/background.py": (
        "time.monotonic os.urandom",
        "rests in proportion to the work it did; hands chance to the night's kit",
    ),
    "central/serving/family.py": (
        "time. socket.",
        "counts seconds between starts of its processes, hands on sockets",
    ),
    "central/serving/intake_door.py": ("http.client.", "the staff process's way to the intake beside it"),
    "central/serving/listening.py": ("socket.", OWN),
    "central/serving/other_server.py": (
        "urllib.request. http.client.HTTPException",
        "the way to another school's server, and nowhere else",
    ),
    "central/serving/site.py": ("socket.", "is handed the sockets it serves on"),
    "central/web/api/logins.py": ("secrets.", ENTRY),
    "central/web/api/samples.py": ("secrets.", "draws the seed of a sample, which is printed"),
    "central/web/api/tokens.py": ("secrets.", ENTRY),
    "central/web/clock.py": ("datetime.", ENTRY),
    "central/web/views/desk.py": ("random.SystemRandom", "draws the seed of a sample, which is printed"),
    "central/web/views/logins.py": ("secrets.", ENTRY),
    "central/web/views/paper_kit.py": ("os.urandom", ENTRY),
    "central/web/views/tokens.py": ("secrets.", ENTRY),
    "central/work/passkeys.py": (
        "secrets.",
        "draws the question a passkey answers",
    ),
    "central/work/audit_samples.py": ("random.Random", "dice made of the printed seed of a sample"),
    "provisioning/board/update/__main__.py": (
        "time. datetime.",
        "an entry point: hands the updater how to wait, and the time where it is known",
    ),
    "provisioning/commands/bundle.py": ("datetime.", ENTRY),
    "provisioning/commands/release.py": ("datetime.", ENTRY),
    "provisioning/office.py": ("requests.", "the way from IT's desk to central, and nowhere else"),
    "provisioning/release_keys.py": ("secrets.", "makes the keys that sign releases, where they stay"),
    "provisioning/first_run.py": (
        "uuid.UUID uuid.uuid5",
        "names a connection by its station; there is no chance in it",
    ),
    "station/acceptance/command.py": ("time.monotonic_ns", ENTRY),
    "station/clock.py": ("time.", OWN),
    "station/sync_stamp.py": ("time.", "part of the clock; tests hand in their own"),
    "station/notify.py": ("socket.", "tells systemd over its socket, which is no network"),
    "station/opening.py": ("secrets.", "puts the journal together: draws the numbers of epochs"),
    "station/panel/gpio.py": ("time.sleep", "holds a reset line down for the 100 ms the chip asks for"),
    "station/reader/__init__.py": (
        "secrets.",
        "puts a reader together: draws what phones are challenged with",
    ),
    "station/salvage/command.py": ("secrets.", ENTRY),
    "station/sidecar/copying.py": ("time.", "paces the flushing of a copy nobody waits for"),
    "station/simulator/practise.py": ("secrets. time.", ENTRY),
    "station/simulator/room/errands.py": ("time.", "a rehearsal with people in it takes its time"),
    "station/simulator/simulate.py": ("secrets.", ENTRY),
    "sync_agent/enrol.py": (
        "time.sleep secrets.",
        "an entry point: asks until it is answered, and puts the agent's part together",
    ),
    "sync_agent/rotation.py": ("secrets.", "draws the next key where nobody hands one in"),
    "sync_agent/assembly.py": ("secrets. time.", "puts the agent together"),
    "sync_agent/cli.py": ("secrets.", ENTRY),
    "sync_agent/courier.py": ("requests.", OWN),
    "sync_agent/line.py": ("socket.", "cuts a line that drips; the courier alone uses it"),
    "sync_agent/run.py": ("datetime. time.", ENTRY),
    "sync_agent/usb_commands.py": ("secrets.", ENTRY),
}


def reads(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and the name of everything in a module that reads a clock, draws, or opens a line."""
    for line, name in source.mentions(tree):
        if name not in HARMLESS and (name.startswith(PORTS) or name in NAMES):
            yield line, name


def allowed(file: str) -> tuple[str, ...]:
    """Return the beginnings of the names a file may use."""
    place = next(
        (place for place in MAY if file == place or (place.endswith("/") and file.startswith(place))), ""
    )
    return tuple(MAY[place][0].split()) if place else ()


def test_nothing_but_the_files_named_reads_clock_chance_or_network() -> None:
    found = [
        f"{file}:{line} {name}"
        for file in source.product_files()
        for line, name in reads(source.syntax(file))
        if not name.startswith(allowed(file) or ("nothing",))
    ]
    assert found == []


def test_every_exception_is_still_needed_and_says_why() -> None:
    idle = []
    for place, (names, reason) in MAY.items():
        files = [
            file
            for file in source.product_files()
            if file == place or (place.endswith("/") and file.startswith(place))
        ]
        used = [name for file in files for _, name in reads(source.syntax(file))]
        idle += [f"{place} {name}" for name in names.split() if not any(one.startswith(name) for one in used)]
        assert reason
    assert idle == []


@pytest.mark.parametrize(
    "planted",
    [
        "import time\nstart = time.monotonic()",
        "from time import sleep\nsleep(1)",
        "import random as r\nn = r.randint(1, 6)",
        "from secrets import token_bytes\nkey = token_bytes(16)",
        "import os\nkey = os.urandom(16)",
        "import uuid\nname = uuid.uuid4()",
        "import socket\nline = socket.create_connection(('x', 1))",
        "import requests\nrequests.get('http://x')",
        "from datetime import UTC, datetime\nat = datetime.now(UTC)",
    ],
)
def test_a_planted_read_is_found_under_any_name(planted: str) -> None:
    assert list(reads(ast.parse(planted)))
