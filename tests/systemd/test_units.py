"""The unit files: valid to the real systemd, closed as far as we say, and open where the programs need it."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from provisioning import render
from tests.systemd import units

ROOT = units.FOLDER.parent
# Highest exposure each unit may show, in tenths, as `systemd-analyze security` counts it. Today's figures, so
# that nobody opens a unit unnoticed. Wanted are 6 for the station, 12 for what speaks to a network.
EXPOSURE = {"station": 4, "sync": 11, "central": 11, "backup": 2, "enrol": 18, "update": 16}
# These alone are root: one takes secrets off the card's boot files, one writes releases.
ROOTS = {"rollbook-enrol.service", "rollbook-update.service"}

needs_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="systemd-analyze is missing: apt install systemd"
)
needs_sysusers = pytest.mark.skipif(
    not shutil.which("systemd-sysusers"), reason="systemd-sysusers is missing: apt install systemd"
)


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)


@needs_systemd
def test_systemd_reads_every_unit_without_a_word(tmp_path: Path) -> None:
    copies = units.copy_runnable(tmp_path, Path(sys.executable))
    done = analyze("verify", "--man=no", *map(str, copies))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@needs_systemd
def test_systemd_would_object_to_a_slip_in_a_unit(tmp_path: Path) -> None:
    copy = units.copy_runnable(tmp_path, Path(sys.executable))[0]
    copy.write_text(copy.read_text(encoding="utf-8").replace("UMask=", "UMsk="), encoding="utf-8")
    assert "UMsk" in analyze("verify", "--man=no", str(copy)).stderr


@needs_systemd
@pytest.mark.parametrize("name", units.SERVICES)
def test_no_unit_is_more_exposed_than_we_say(
    name: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    units.copy_runnable(tmp_path, Path(sys.executable))
    limit = EXPOSURE[name.removeprefix("rollbook-").removesuffix(".service")]
    done = analyze("security", "--offline=true", "--no-pager", f"--threshold={limit}", str(tmp_path / name))
    figure = re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
    assert figure, done.stderr
    record_property("exposure", figure[1])
    assert done.returncode == 0, done.stdout


def test_the_page_about_the_units_says_of_each_what_the_files_say() -> None:
    page = (ROOT / "docs/reference/units.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(rollbook-[a-z]+\.service)`.*", page, flags=re.MULTILINE)
    assert sorted(rows) == units.SERVICES
    for name in units.SERVICES:
        (row,) = re.findall(rf"^\| `{re.escape(name)}`.*$", page, flags=re.MULTILINE)
        _, account, network, _again, watched, exposure = (cell.strip() for cell in row.split("|")[1:-1])
        unit = units.read(name)
        limit = EXPOSURE[name.removeprefix("rollbook-").removesuffix(".service")]
        assert account.strip("`") == unit.account()
        assert network.startswith("none") == (unit.all("PrivateNetwork") == ["yes"])
        assert watched == (f"{unit.one('WatchdogSec')} s" if unit.all("WatchdogSec") else "no")
        assert exposure == f"{limit / 10:.1f}"


@pytest.mark.parametrize("name", ["rollbook-station.service", "rollbook-sync.service"])
def test_what_hangs_on_a_wall_is_started_again_for_ever(name: str) -> None:
    unit = units.read(name)
    assert unit.all("Restart") == ["always"]
    assert unit.all("StartLimitIntervalSec") == ["0"]


def test_the_station_sees_what_the_gpio_library_reads_about_the_board() -> None:
    station = units.read("rollbook-station.service")
    # /proc/cpuinfo and /proc/device-tree; `pid` would hide them, and RPi.GPIO would refuse the board.
    assert not station.all("ProcSubset")
    assert station.one("ProtectProc") == "invisible"


@needs_systemd
def test_where_chrony_keeps_the_clock_the_station_may_ask_the_kernel_and_still_not_set_it() -> None:
    chrony = units.read("profiles/chrony/rollbook-station.service.d/chrony.conf")
    station = units.read("rollbook-station.service")
    assert not {"adjtimex", "clock_adjtime"} & units.allowed_calls(station)
    both = units.Unit([line for line in station.lines if line[0] != "ProtectClock"] + list(chrony.lines))
    assert {"adjtimex", "clock_adjtime"} <= units.allowed_calls(both)
    assert "CAP_SYS_TIME" not in " ".join(both.all("CapabilityBoundingSet"))


def test_everything_starts_offline_after_the_best_time_there_is_without_a_network() -> None:
    for name in units.SERVICES:
        unit = units.read(name)
        after = " ".join(unit.all("After") + unit.all("Wants") + unit.all("Requires"))
        # This one waits for a time server, and on a school without internet for ever.
        assert "time-sync.target" not in after, name
    station = units.read("rollbook-station.service")
    assert "time-set.target" in station.one("After").split()
    assert "network" not in station.one("After")


def test_the_gpio_library_gets_a_folder_it_may_put_its_pipes_in() -> None:
    station = units.read("rollbook-station.service")
    assert station.one("WorkingDirectory") == f"%t/{station.one('RuntimeDirectory')}"


def test_libusb_gets_the_netlink_socket_it_begins_with() -> None:
    families = units.read("rollbook-station.service").one("RestrictAddressFamilies").split()
    assert families == ["AF_UNIX", "AF_NETLINK"]


@pytest.mark.parametrize("name", ["rollbook-station", "rollbook-sync", "rollbook-central"])
def test_what_serves_says_when_it_is_ready_and_that_it_works(name: str) -> None:
    unit = units.read(f"{name}.service")
    assert unit.one("Type") == "notify"
    # Nobody but the program itself: a child or a shell could feed the watchdog of one that hangs.
    assert unit.one("NotifyAccess") == "main"
    assert int(unit.one("WatchdogSec")) >= 20


@needs_systemd
@pytest.mark.parametrize("name", units.SERVICES)
def test_no_unit_may_set_the_clock_load_modules_mount_or_trace(name: str) -> None:
    allowed = units.allowed_calls(units.read(name))
    assert {"openat", "fdatasync", "pwrite64", "ftruncate", "poll"} <= allowed
    assert not {"clock_settime", "init_module", "mount", "ptrace", "reboot", "bpf"} & allowed


def test_only_the_agent_central_and_enrolment_may_speak_to_a_network() -> None:
    networked = {
        name
        for name in units.SERVICES
        if "AF_INET" in units.read(name).one("RestrictAddressFamilies").split()
    }
    assert networked == {"rollbook-sync.service", "rollbook-central.service", "rollbook-enrol.service"}
    assert units.read("rollbook-station.service").one("PrivateNetwork") == "yes"


def test_station_and_agent_each_get_their_own_secret_and_not_the_others() -> None:
    station, sync = (units.read(f"rollbook-{name}.service") for name in ("station", "sync"))
    assert station.one("LoadCredential") == "school.key:/etc/rollbook/school.key"
    assert sync.one("LoadCredential") == "station.key:/etc/rollbook/station.key"
    assert station.one("InaccessiblePaths") == "-/etc/rollbook/station.key -/var/lib/rollbook/keys"
    assert sync.one("InaccessiblePaths") == "-/etc/rollbook/school.key"
    # The settings name the credentials by the same names.
    assert 'signing_key = "station.key"' in render.template_text("sync.toml")
    assert 'key = "school.key"' in render.template_text("station.toml")


def test_station_and_agent_share_one_account_and_one_folder() -> None:
    station, sync = (units.read(f"rollbook-{name}.service") for name in ("station", "sync"))
    for key in ("User", "Group", "StateDirectory"):
        assert station.one(key) == sync.one(key) == "rollbook"
    # A folder of its own each: systemd removes it when the service stops.
    assert station.one("RuntimeDirectory") != sync.one("RuntimeDirectory")


@pytest.mark.parametrize("name", units.SERVICES)
def test_every_unit_starts_a_command_that_exists(name: str) -> None:
    unit = units.read(name)
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    for line in unit.all("ExecStartPre") + unit.all("ExecStart") + unit.all("ExecStopPost"):
        program, *arguments = units.PROGRAMS.split(line)[-1].rstrip("'").split()
        if program == "python":
            module, arguments = arguments[arguments.index("-m") + 1], []
        else:
            module = scripts[program].partition(":")[0]
        done = subprocess.run(
            [sys.executable, "-m", module, *_without_config(arguments), "--help"],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )
        assert done.returncode == 0, f"{line}\n{done.stderr}"


@pytest.mark.parametrize(
    ("ended", "is_scrubbed"),
    [
        ({"EXIT_CODE": "exited", "EXIT_STATUS": "0", "SERVICE_RESULT": "success"}, True),
        # Switched off while it waited for a network; systemd counts that as a success.
        ({"EXIT_CODE": "killed", "EXIT_STATUS": "TERM", "SERVICE_RESULT": "success"}, False),
        ({"EXIT_CODE": "exited", "EXIT_STATUS": "75", "SERVICE_RESULT": "exit-code"}, False),
        # Ended before there was a program.
        ({"SERVICE_RESULT": "success"}, False),
    ],
)
def test_the_token_is_taken_only_from_a_station_that_has_enrolled(
    tmp_path: Path, *, ended: dict[str, str], is_scrubbed: bool
) -> None:
    (line,) = units.read("rollbook-enrol.service").all("ExecStopPost")
    script = line.removeprefix("-/bin/sh -c '").removesuffix("'")
    scrub = tmp_path / "scrub"
    scrub.write_text('#!/bin/sh\ntouch "$0.ran"\n', encoding="ascii")
    scrub.chmod(0o755)
    subprocess.run(
        ["sh", "-c", re.sub(units.PROGRAMS.pattern + "python", str(scrub), script)], env=ended, check=True
    )
    assert (tmp_path / "scrub.ran").exists() == is_scrubbed


@needs_sysusers
def test_every_account_a_unit_runs_as_is_made(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    files = sorted((units.FOLDER / "sysusers.d").glob("*.conf"))
    subprocess.run(["systemd-sysusers", f"--root={tmp_path}", *map(str, files)], check=True)
    accounts = (tmp_path / "etc/passwd").read_text(encoding="utf-8")
    made = {line.split(":")[0] for line in accounts.splitlines()}
    accounts_used = {name: units.read(name).account() for name in units.SERVICES}
    assert {name for name, account in accounts_used.items() if account == "root"} == ROOTS
    assert made == set(accounts_used.values()) - {"root"}
    lines = (tmp_path / "etc/group").read_text(encoding="utf-8").splitlines()
    groups = {line.split(":")[0] for line in lines}
    asked = {
        group
        for name in units.SERVICES
        for key in ("Group", "SupplementaryGroups")
        for value in units.read(name).all(key)
        for group in value.split()
    }
    # Where one is missing, the unit does not start at all.
    assert asked - {"root"} <= groups
    rules = (units.FOLDER / "udev/60-rollbook.rules").read_text(encoding="utf-8")
    assert set(re.findall(r'GROUP="(\w+)"', rules)) <= groups


@pytest.mark.root
@needs_sysusers
def test_the_folders_are_made_for_the_accounts(tmp_path: Path) -> None:
    if os.geteuid():
        pytest.skip("needs root: only root gives folders to other accounts")
    (tmp_path / "etc").mkdir()
    for kind, command in (
        ("sysusers.d", ["systemd-sysusers"]),
        ("tmpfiles.d", ["systemd-tmpfiles", "--create"]),
    ):
        files = sorted(map(str, (units.FOLDER / kind).glob("*.conf")))
        subprocess.run([*command, f"--root={tmp_path}", *files], check=True)
    modes = {
        str(path.relative_to(tmp_path)): path.stat().st_mode & 0o777
        for path in tmp_path.rglob("*")
        if path.is_dir() and ("rollbook" in path.name or path.name in {"inbox", "keys"})
    }
    assert modes == {
        "etc/rollbook": 0o755,
        "var/lib/rollbook": 0o750,
        "var/lib/rollbook/inbox": 0o750,
        "var/lib/rollbook/keys": 0o700,
        "var/lib/rollbook-central": 0o700,
        "var/backups/rollbook": 0o700,
    }


@needs_systemd
@pytest.mark.parametrize("name", units.TIMERS)
def test_every_timer_fires_again_and_again(name: str) -> None:
    unit = units.read(name)
    if not unit.all("OnCalendar"):
        # After a start, and again so long after each run.
        assert unit.one("OnBootSec")
        assert unit.one("OnUnitInactiveSec")
        return
    done = analyze("calendar", "--iterations=2", unit.one("OnCalendar"))
    assert done.returncode == 0, done.stderr
    assert "#2: " in done.stdout


def test_udev_rules_are_written_in_the_grammar_of_udev() -> None:
    text = (units.FOLDER / "udev/60-rollbook.rules").read_text(encoding="utf-8")
    rules = [line for line in text.splitlines() if line and not line.startswith("#")]
    matches = r"(ACTION|SUBSYSTEM|KERNEL|ATTR\{[a-zA-Z]+\}|ENV\{[A-Z_]+\})(==|!=)"
    assignments = r"(GROUP|MODE|GOTO|LABEL|ENV\{[A-Z_]+\})="
    for rule in rules:
        for part in rule.split(", "):
            assert re.fullmatch(rf'({matches}|{assignments})"[^"]+"', part), part
    assert set(re.findall(r'GOTO="(\w+)"', text)) == set(re.findall(r'LABEL="(\w+)"', text))


def _without_config(arguments: list[str]) -> list[str]:
    if "--config" in arguments:
        at = arguments.index("--config")
        return arguments[:at] + arguments[at + 2 :]
    return arguments
