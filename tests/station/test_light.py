import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUDGET_KIB = 40 * 1024
FORBIDDEN = {
    "_ssl",
    "apscheduler",
    "asyncio",
    "cryptography",
    "django",
    "email",
    "http",
    "requests",
    "socketserver",
    "sqlite_utils",
    "ssl",
    "starlette",
    "urllib.request",
    "urllib3",
    "uvicorn",
}

# Everything `rollbook-station run` imports, both kinds of reader included, in a fresh interpreter.
ASK = """
import json, sys
import station.cli, station.run, station.reader.nfc, station.reader.serial_line
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps([sorted(sys.modules), int(status["VmRSS"].split()[0])]))
"""


def fresh() -> tuple[set[str], int]:
    done = subprocess.run(
        [sys.executable, "-c", ASK], capture_output=True, text=True, check=True, cwd=ROOT, timeout=60
    )
    modules, resident_kib = json.loads(done.stdout)
    return set(modules), resident_kib


def test_a_running_station_can_reach_no_network_and_stays_small() -> None:
    modules, resident_kib = fresh()
    assert "station.loop" in modules
    assert "nfc" in modules
    assert modules & FORBIDDEN == set()
    print(f"resident memory of the station: {resident_kib} KiB of {BUDGET_KIB}")  # noqa: T201 (the figure is worth seeing)
    assert resident_kib <= BUDGET_KIB
