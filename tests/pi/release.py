"""Releases as IT makes them: wheels collected and signed with the product's own commands, ruined ones too."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zipfile import ZipFile

from demo.programs import run
from sync_agent.release_platform import platform_name
from tests.fakes import wheelhouse
from tests.fakes.wheelhouse import REPOSITORY
from tests.pi.kept import kept

BOOKWORM_BOARD: Final = "cp311-aarch64"
TRIXIE_BOARD: Final = "cp313-aarch64"
FIRST: Final = "0.1.0"
RUINED: Final = {"station/run.py": b"import sys\n\nsys.exit('this release was never tried')\n"}
"""A release whose station ends as it begins."""
_EXTRAS: Final = ("station", "sync", "update")
_PAGE: Final = REPOSITORY / "docs/howto/it-update.md"
_SOURCES: Final = ("station", "sync_agent", "central", "provisioning", "systemd", "constraints")
_FILES: Final = ("pyproject.toml", "README.md", "LICENSE")
# What a bookworm image of Raspberry Pi OS has from apt as python3-rpi-lgpio: the same two, as their authors
# built them for its Python.
_PINS_OF_GPIO: Final = ("lgpio", "rpi-lgpio")


class UncollectedError(Exception):
    """The wheels for the boards could not be had; says what was tried and what to do."""


@dataclass(frozen=True, slots=True)
class Releases:
    """IT's folder of signed releases, for `boards`; the wheels of others lie in `wheels`."""

    folder: Path
    wheels: Path
    boards: Sequence[str]

    @property
    def keys(self) -> Path:
        """Where the keys are that sign."""
        return self.folder / "keys"

    @property
    def signed(self) -> Path:
        """The folder of signed releases, as `--release` and `release add` take it."""
        return self.folder / "releases"

    @property
    def root(self) -> Path:
        """The note of trust that new cards carry."""
        return self.keys / "root.json"

    def sign(self, version: str, changed: Mapping[str, bytes] | None = None) -> None:
        """Sign this checkout as another release; `changed` takes the place of files in it."""
        house = self.folder / f"wheels-{version}"
        house.mkdir()
        for file in self.wheels.glob("*.whl"):
            if not file.name.startswith("rollbook-"):
                shutil.copy(file, house)
        wheelhouse.rollbook(house, version, changed)
        self.build(house)

    def build(self, house: Path) -> None:
        """Check and sign a folder of wheels."""
        boards = [f"--board={board}" for board in self.boards]
        told = (
            "--lock",
            str(REPOSITORY / "constraints"),
            "--keys",
            str(self.keys),
            "--out",
            str(self.signed),
        )
        run(["rollbook-provision", "release", "build", str(house), *boards, *told])


def for_this_machine(folder: Path) -> Releases:
    """Sign what is installed here, with no network: what a container of this machine's Python takes."""
    wheels = wheelhouse.build(folder / "wheels", _EXTRAS)
    return _signed(Releases(folder, wheels, (platform_name(),)))


def for_boards(folder: Path) -> Releases:
    """Sign this checkout for 64-bit boards of bookworm and trixie.

    The wheels are collected by the commands of docs/howto/it-update.md, once for each state of pins and
    sources. Raises UncollectedError.
    """
    collected = kept("wheels", _collected_from(), _collect)
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    for file in collected.glob("*.whl"):
        # What the page fetches for 32-bit boards alone.
        if "armv7l" not in file.name:
            shutil.copy(file, wheels)
    return _signed(Releases(folder, wheels, (BOOKWORM_BOARD, TRIXIE_BOARD)))


def gpio_of_bookworm() -> Path:
    """Return a folder with what a bookworm board imports as RPi.GPIO, unpacked from its pinned wheels."""
    return kept("gpio", _pins("311", _PINS_OF_GPIO), _unpack_gpio)


def _signed(releases: Releases) -> Releases:
    run(["rollbook-provision", "release", "keys", str(releases.keys)])
    releases.build(releases.wheels)
    return releases


def _collect(folder: Path) -> None:
    """Run the page's own commands in a copy of the sources."""
    source = folder / "source"
    source.mkdir()
    for name in _SOURCES:
        shutil.copytree(REPOSITORY / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in _FILES:
        shutil.copy(REPOSITORY / name, source)
    programs = Path(sys.executable).parent
    # The page is read by a shell that stops at the first command that fails.
    done = subprocess.run(
        ["sh", "-eu", "-c", collecting_commands()],
        cwd=source,
        env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        told = (done.stderr or done.stdout).strip().splitlines()
        msg = (
            f"the wheels for the boards could not be collected as {_PAGE.name} says"
            f" ({told[-1] if told else done.returncode}); a package index must be reached once"
        )
        raise UncollectedError(msg)
    for file in (source / "wheels").iterdir():
        file.rename(folder / file.name)
    shutil.rmtree(source)


def collecting_commands() -> str:
    """Return the commands of the page's part about collecting wheels."""
    found = re.search(r"## 1\. Collect the wheels\n.*?```sh\n(.*?)```", _PAGE.read_text("utf-8"), re.DOTALL)
    assert found, f"{_PAGE} has no commands to collect wheels"
    return found[1]


def _unpack_gpio(folder: Path) -> None:
    fetched = folder / "wheels"
    pinned = _pins("311", _PINS_OF_GPIO)
    asked = ("--only-binary=:all:", "--no-deps", "--platform=manylinux_2_34_aarch64", "--python-version=311")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(fetched), *asked, *pinned]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        msg = f"{' '.join(pinned)} could not be fetched; a package index must be reached once\n{done.stderr}"
        raise UncollectedError(msg)
    for file in fetched.glob("*.whl"):
        with ZipFile(file) as wheel:
            wheel.extractall(folder)
    shutil.rmtree(fetched)


def _pins(python: str, names: Sequence[str]) -> list[str]:
    lines = (REPOSITORY / f"constraints/py{python}.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line.partition("==")[0] in names]


def _collected_from() -> list[str | Path]:
    """Return all that decides what is collected: what is pinned, how, and the sources of our own wheel."""
    return [collecting_commands(), *(REPOSITORY / name for name in (*_SOURCES, "pyproject.toml"))]
