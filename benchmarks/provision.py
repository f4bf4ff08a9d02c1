"""What it costs to turn a school's list of rooms into bundles, against copying the same files and no more."""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from random import Random

from benchmarks import rows
from benchmarks.rows import Row

ROOMS = 300
ROUNDS = 3
# As many wheels, and as large together, as a release for one kind of board.
WHEELS = 25
WHEEL_BYTES = 360_000
NETWORKS = 5
SCHOOL = "34000000123456"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Medians of one run: seconds to plan, to bundle, and to copy what was bundled."""

    rooms: int
    plan_s: float
    bundle_s: float
    copy_s: float
    megabytes_a_card: float

    @property
    def ratio(self) -> float:
        """Tell how many times as long as the plain copy it takes to plan and bundle."""
        return (self.plan_s + self.bundle_s) / self.copy_s


def make_up(folder: Path, rooms: int) -> None:
    """Write the list of a school, its enrolment and a release, all of them made up."""
    random = Random(rooms)  # noqa: S311  made-up rooms
    lines = ["station,room,school,hostname,server,reader,wifi_ssid,wifi_psk,wifi_country"]
    for number in range(rooms):
        name, network = f"st-r{number:03}", number % NETWORKS
        wifi = f"Rooms {network},passphrase of network {network},US"
        lines.append(f"{name},R{number:03},{SCHOOL},{name},https://central.school.lan,pn532,{wifi}")
    (folder / "rooms.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    tokens = {
        f"st-r{number:03}": {"token": random.randbytes(16).hex(), "expires_at": "2099-01-01T00:00:00+00:00"}
        for number in range(rooms)
    }
    enrolment = {"v": 1, "school": SCHOOL, "server": "https://central.school.lan", "key_id": "k1"}
    keys = {"server_ack": "a1" * 32, "server_config": "c2" * 32, "release_root": None, "tokens": tokens}
    for name, text in (("enrolment.json", json.dumps(enrolment | keys)), ("school.key", "5e" * 32)):
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "wheels").mkdir()
    for name in ("rollbook-1.0.0", *(f"part{number}-1.0" for number in range(1, WHEELS))):
        (folder / "wheels" / f"{name}-py3-none-any.whl").write_bytes(random.randbytes(WHEEL_BYTES))


def measure(folder: Path, rooms: int, rounds: int) -> Outcome:
    """Plan, bundle and copy in turns; two bundlings that differ in a byte end the run."""
    make_up(folder, rooms)
    inputs = [
        "rooms.csv",
        "--enrolment",
        "enrolment.json",
        "--school-key",
        "school.key",
        "--release",
        "wheels",
    ]
    took: dict[str, list[float]] = {"plan": [], "bundle": [], "copy": []}
    first = None
    for number in range(rounds):
        out, copy = folder / f"out{number}", folder / f"copy{number}"
        took["plan"].append(_timed(partial(_run, folder, "plan", "rooms.csv")))
        took["bundle"].append(_timed(partial(_run, folder, "bundle", *inputs, "--out", out.name)))
        took["copy"].append(_timed(partial(_copy, out, copy)))
        made = _tree(out / "st-r000") | _tree(out / f"st-r{rooms - 1:03}")
        if first is not None and made != first:
            sys.exit("provision: the same list gave other bytes")
        first = made
        size = sum(map(len, _tree(out / "st-r000").values()))
        shutil.rmtree(out)
        shutil.rmtree(copy)
    plan, bundle, plain = (statistics.median(took[name]) for name in ("plan", "bundle", "copy"))
    return Outcome(rooms, plan, bundle, plain, size / 1e6)


def _run(folder: Path, *arguments: str) -> None:
    # Another seed for hashes each time: no order of a set may show in the files.
    environment = os.environ | {"PYTHONHASHSEED": "random", "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "provisioning.cli", *arguments]
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)


def _copy(source: Path, target: Path) -> None:
    """Copy bundles file by file, the wheels of all but the first as further names, as bundling does."""
    wheels: dict[str, Path] = {}
    for file in sorted(source.rglob("*")):
        place = target / file.relative_to(source)
        if file.is_dir():
            place.mkdir(parents=True)
        elif file.suffix == ".whl" and file.name in wheels:
            os.link(wheels[file.name], place)
        else:
            shutil.copyfile(file, place)
            wheels |= {file.name: place} if file.suffix == ".whl" else {}


def _timed(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _tree(folder: Path) -> Mapping[str, bytes]:
    return {
        str(file.relative_to(folder.parent)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it on the disk asked for and print a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="a folder on the disk to measure (default: the system's)")
    parser.add_argument("--rooms", type=int, default=ROOMS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        outcome = measure(Path(folder), options.rooms, options.rounds)
    print(
        f"provision: {outcome.rooms} rooms planned in {outcome.plan_s:.1f} s and bundled in"
        f" {outcome.bundle_s:.1f} s ({outcome.megabytes_a_card:.0f} MB a card), {outcome.ratio:.1f} times a"
        " plain copy; the same bytes every time"
    )
    found = [Row(f"planning and bundling {options.rooms} rooms : copying the files", outcome.ratio)]
    rows.write(options.json, found, asdict(outcome))
    return 0


if __name__ == "__main__":
    sys.exit(main())
