"""Our units under a real systemd: they come up, are started again when they hang, and are held in."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.pi.contained.marks import MARKS
from tests.systemd.machine import Machine

pytestmark = MARKS
PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
STATION = """\
station = "st-r101"
school = "34000000123456"
state_dir = "/var/lib/rollbook"
[token]
key_id = "k1"
key = "school.key"
[[readers]]
name = "nfc"
kind = "pn532"
port = "/dev/no-such-port"
[panel]
kind = "terminal"
"""
SYNC = """\
station = "st-r101"
state_dir = "/var/lib/rollbook"
server = "http://127.0.0.1:9"
server_key = "server.pub"
config_key = "server.pub"
signing_key = "station.key"
[timing]
reconnect_s = 0
"""
CENTRAL = 'data_dir = "/var/lib/rollbook-central"\n'

PROOF = """
import json, os, signal, subprocess, time

def ask(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()

def shown(unit, key):
    return ask("systemctl", "show", "--value", "-p", key, unit)

def wait_for(what, seconds=60):
    until = time.monotonic() + seconds
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True

def is_up(service):
    return shown(service, "ActiveState") == "active"

central = ["/opt/rollbook/current/bin/rollbook-central", "--config", "/etc/rollbook/central.toml"]
school = ["--school-code", "34000000123456", "--school-name", "A school"]
subprocess.run(["setpriv", "--reuid=rollbook-central", "--regid=rollbook-central", "--init-groups",
    *central, "init", *school], check=True, stdout=subprocess.DEVNULL)
services = ["rollbook-station", "rollbook-sync", "rollbook-central"]
ask("systemctl", "start", *services)
told = {}
for service in services:
    came_up = wait_for(lambda: is_up(service))
    pid = int(shown(service, "MainPID"))
    if not came_up or not pid:
        print(ask("journalctl", "-u", service, "--no-pager", "-o", "cat", "-n", "20"))
        break
    lines = open(f"/proc/{pid}/status").read().splitlines()
    told[service] = {"came_up": came_up, "pid": pid}
    told[service] |= dict(line.split(":\\t", 1) for line in lines if ":\\t" in line)
for service in told:
    os.kill(told[service]["pid"], signal.SIGSTOP)
for service in told:
    told[service] |= {
        "again": wait_for(lambda: int(shown(service, "NRestarts")) and is_up(service)),
        "another": int(shown(service, "MainPID")) != told[service]["pid"],
        "log": ask("journalctl", "-u", service, "--no-pager", "-o", "cat")[-6000:],
    }
print(json.dumps(told))
"""

PROBE = """
import ctypes, errno, json, mmap, os, socket
from pathlib import Path

def tried(what):
    try:
        what()
    except OSError as error:
        return errno.errorcode.get(error.errno, "?")
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "ok"

def set_clock():
    class Timex(ctypes.Structure):
        _fields_ = [("modes", ctypes.c_uint), ("rest", ctypes.c_char * 400)]
    if ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(Timex())) < 0:
        raise OSError(ctypes.get_errno(), "")

def libusb():
    try:
        library = ctypes.CDLL("libusb-1.0.so.0")
    except OSError:
        return "missing"
    return "EIO" if library.libusb_init(None) else "ok"

def callback():
    assert ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 7)() == 7

def code_that_writes_itself():
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)

def libraries():
    LIBRARIES

print(json.dumps({
    "internet": tried(lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM)),
    "netlink": tried(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 15)),
    "libusb": libusb(),
    "clock": tried(set_clock),
    "board": tried(lambda: Path("/proc/cpuinfo").read_text()),
    "pipe": tried(lambda: os.mkfifo(".lgd-nfy0")),
    "state": tried(lambda: Path(os.environ["STATE_DIRECTORY"], "file").touch()),
    "etc": tried(lambda: Path("/etc/rollbook/file").touch()),
    "home": tried(lambda: list(Path("/root").iterdir())),
    "other_key": tried(lambda: Path("/etc/rollbook/OTHER").read_text()),
    "own_key": tried(lambda: Path(os.environ["CREDENTIALS_DIRECTORY"], "OWN").read_text()),
    "device": tried(lambda: os.close(os.open("/dev/tried", os.O_RDWR))),
    "callback": tried(callback),
    "code_that_writes_itself": tried(code_that_writes_itself),
    "libraries": tried(libraries),
}))
"""
# A device that no unit names, and that anybody may open: FUSE's.
DEVICE = """\
import os, stat
os.umask(0)
os.mknod("/dev/tried", stat.S_IFCHR | 0o666, os.makedev(10, 229))
"""
STATION_LIBRARIES = "import station.cli, station.run, nfc, nfc.clf.transport, serial, sqlite3, ndef"
SYNC_LIBRARIES = (
    "import sync_agent.cli, sync_agent.run, requests, apscheduler, sqlite_utils, cryptography.x509"
)
CENTRAL_LIBRARIES = (
    "import central.settings, allauth, uvicorn, starlette, xlsxwriter, reportlab, cryptography.x509"
)
HELD_IN = {
    "clock": "EPERM",
    "etc": "EROFS",
    "callback": "ok",
    "libraries": "ok",
    "state": "ok",
}


def probe(libraries: str, own: str, other: str) -> str:
    return PROBE.replace("LIBRARIES", libraries).replace("OTHER", other).replace("OWN", own)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    etc = machine.etc / "rollbook"
    for name in ("school.key", "station.key"):
        (etc / name).touch(mode=0o600)
        (etc / name).write_text("5e" * 32, "ascii")
    (etc / "server.pub").write_text(
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "ascii"
    )
    for name, text in (("station", STATION), ("sync", SYNC), ("central", CENTRAL)):
        (etc / f"{name}.toml").write_text(text, "utf-8")
    return machine


def told_by(said: str) -> dict[str, dict[str, object]]:
    try:
        found: dict[str, dict[str, object]] = json.loads(said)
    except ValueError:
        pytest.fail(f"the machine said something else:\n{said[-4000:]}")
    return found


def test_each_service_comes_up_and_is_started_again_when_it_hangs(machine: Machine) -> None:
    # What is stopped cannot end by the first signal; a second is enough to wait for the last.
    soon = {"WatchdogSec": "3", "TimeoutAbortSec": "1", "RestartSec": "1"}
    for name in ("station", "sync", "central"):
        machine.ours(f"rollbook-{name}.service", is_wanted=False, **soon)
    found = told_by(machine.run(PROOF))
    boots = [
        set(re.findall(r"boot=(\d+)", str(found[f"rollbook-{name}"]["log"]))) for name in ("station", "sync")
    ]
    # Both number boots by one name: entries and receipts must be of the same.
    assert boots == [{"1"}, {"1"}]
    for service, told in found.items():
        assert (told["came_up"], told["again"], told["another"]) == (True, True, True), (service, told["log"])
        assert int(str(told["CapEff"]), 16) == 0, service
        assert "Traceback" not in str(told["log"]), told["log"]
        # 2 is a filter of system calls.
        assert (told["Seccomp"], told["NoNewPrivs"]) == ("2", "1"), service
        assert not str(told["Uid"]).startswith("0\t"), service


def said_by_probes(machine: Machine, *names: str) -> Mapping[str, Mapping[str, str]]:
    started = "".join(f"subprocess.run(['systemctl', 'start', '{name}.service'])\n" for name in names)
    machine.run(f"import subprocess\n{DEVICE}{started}")
    return {name: told_by((machine.out / f"{name}.said").read_text("utf-8")) for name in names}  # type: ignore[misc]  # one level less deep


def test_each_service_is_held_in_and_can_still_do_its_work(machine: Machine) -> None:
    station = probe(STATION_LIBRARIES, "school.key", "station.key")
    machine.probe("station", "station", station)
    machine.probe("sync", "sync", probe(SYNC_LIBRARIES, "station.key", "school.key"))
    machine.probe("central", "central", probe(CENTRAL_LIBRARIES, "none", "none"))
    # What the traps do, so that it is seen that they would be noticed.
    machine.probe("deaf", "station", station, RestrictAddressFamilies="AF_UNIX")
    machine.probe("blind", "station", station, ProcSubset="pid")
    machine.probe("elsewhere", "station", station, WorkingDirectory="/")
    machine.probe("open", "station", station, DevicePolicy="auto", DeviceAllow="")
    found = said_by_probes(machine, "station", "sync", "central", "deaf", "blind", "elsewhere", "open")
    for told in found.values():
        assert {key: told[key] for key in HELD_IN} == HELD_IN, found
        assert told["home"] == "EACCES"
        assert told["code_that_writes_itself"] == "EPERM"
    station_told, sync, central = found["station"], found["sync"], found["central"]
    assert station_told["internet"] == "EAFNOSUPPORT"
    assert (station_told["netlink"], station_told["board"], station_told["pipe"]) == ("ok", "ok", "ok")
    assert (station_told["own_key"], station_told["other_key"]) == ("ok", "EACCES")
    assert (sync["own_key"], sync["other_key"], sync["internet"], sync["netlink"]) == (
        "ok",
        "EACCES",
        "ok",
        "EAFNOSUPPORT",
    )
    assert (central["internet"], central["netlink"]) == ("ok", "EAFNOSUPPORT")
    assert (station_told["device"], sync["device"], found["open"]["device"]) == ("EPERM", "ENOENT", "ok")
    assert found["deaf"]["netlink"] == "EAFNOSUPPORT"
    assert found["blind"]["board"] == "ENOENT"
    assert found["elsewhere"]["pipe"] == "EROFS"
    # libusb itself needs a netlink socket to begin; where it is installed, it says so.
    assert (station_told["libusb"], found["deaf"]["libusb"]) in {("ok", "EIO"), ("missing", "missing")}
