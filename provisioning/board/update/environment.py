"""Build the environment of a release beside the others, without a network and from proven files alone."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from provisioning.board.update.errors import BuildError
from provisioning.board.update.layout import Layout
from station.durable import place

COMPLETE: Final = "complete"
"""Lies in an environment that was built to its end; what lacks it is rubbish of a power cut."""
_LONGEST_S: Final = 1_800
_ROOM_FACTOR: Final = 4
"""An installed release is so much larger than its wheels, with room to spare for the taps to come."""
_PROGRAMS: Final = ("rollbook-station", "rollbook-sync")


def is_complete(layout: Layout, version: str) -> bool:
    """Say whether a release lies there, built to its end."""
    return (layout.release(version) / COMPLETE).exists()


def build(
    layout: Layout, version: str, wheels: Path, digests: Mapping[str, str], *, is_compiled: bool = True
) -> None:
    """Build the environment of a release from the wheels named, each with its SHA-256; raises BuildError.

    `is_compiled` takes longer once and saves it at each start.
    """
    home = layout.release(version)
    _require_room(layout, wheels)
    shutil.rmtree(home, ignore_errors=True)
    requirements = wheels / "requirements.txt"
    lines = [_requirement(name, digest) for name, digest in sorted(digests.items())]
    requirements.write_text("".join(lines), encoding="utf-8")
    # The system's packages stay visible: the GPIO library comes with Raspberry Pi OS, not as a wheel.
    _run([sys.executable, "-m", "venv", "--system-site-packages", "--without-pip", str(home)])
    python = str(home / "bin/python")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python, "install"]
    options = "--no-index --no-deps --require-hashes --only-binary=:all: --no-cache-dir --quiet"
    # What the system has of the same name and version is not what was proven.
    options += " --ignore-installed"
    if not is_compiled:
        options += " --no-compile"
    _run([*pip, *options.split(), "--find-links", str(wheels), "--requirement", str(requirements)])
    for program in _PROGRAMS:
        _run([str(home / "bin" / program), "--version"])
    # All of it first, then the word that it is all there.
    os.sync()
    place(home / COMPLETE, b"")


def remove_all_but(layout: Layout, kept: Sequence[str]) -> None:
    """Remove every release but those named and the two that are in use."""
    in_use = {link.resolve().name for link in (layout.current, layout.good) if link.exists()}
    for home in layout.releases.iterdir() if layout.releases.is_dir() else ():
        if home.name not in {*kept, *in_use}:
            # First the word that it is complete, so that half a release never looks like one.
            (home / COMPLETE).unlink(missing_ok=True)
            shutil.rmtree(home, ignore_errors=True)


def _require_room(layout: Layout, wheels: Path) -> None:
    needed = _ROOM_FACTOR * sum(file.stat().st_size for file in wheels.iterdir())
    layout.releases.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(layout.releases).free < needed:
        msg = f"{layout.releases}: less than {needed // 1_000_000} MB free; look at what fills the disk"
        raise BuildError(msg)


def _requirement(wheel: str, digest: str) -> str:
    name, version = wheel.split("-")[:2]
    return f"{name}=={version} --hash=sha256:{digest}\n"


def _run(command: Sequence[str]) -> None:
    # Nothing of the caller's: variables could point pip or Python elsewhere.
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(  # noqa: S603  our own programs, with proven files
            command, env=environment, capture_output=True, text=True, timeout=_LONGEST_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        msg = f"{command[0]} could not be run ({type(error).__name__}); look at the disk"
        raise BuildError(msg) from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["nothing said"])[-1][:300]
        msg = f"{Path(command[0]).name} {' '.join(command[1:3])} ended with {done.returncode}: {last}"
        raise BuildError(msg)
