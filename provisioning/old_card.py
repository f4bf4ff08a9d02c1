"""Read the journal of an old card on another machine, and write what it holds as files for central."""

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from provisioning.errors import SalvageError

_ETC, _STATE = Path("etc/rollbook"), Path("var/lib/rollbook")
_STATE_DIR: Final = re.compile(r'^state_dir = ".*"$', re.MULTILINE)
_AGENTS_OWN: Final = ("agent.sqlite*", "inbox")
"""What the old agent knew of central stays behind: all there is goes up, and central takes what it lacks."""
_DONE, _FINDINGS = 0, 1


def copy(card: Path, to: Path) -> Path:
    """Copy an old card's station from where its root file system is mounted, and return its settings' folder.

    Nothing is written to the card. Errors: SalvageError where it holds no station, or cannot be read.
    """
    for needed in (_ETC / "sync.toml", _ETC / "station.key", _STATE):
        if not (card / needed).exists():
            msg = f"{card / needed} is not there; name where the card's second partition is mounted"
            raise SalvageError(msg)
    try:
        shutil.copytree(card / _ETC, to / "etc")
        shutil.copytree(card / _STATE, to / "state", ignore=shutil.ignore_patterns(*_AGENTS_OWN))
    except (OSError, shutil.Error) as error:
        msg = f"{card} cannot be read whole; make an image of it first (ddrescue), mount that, and try again"
        raise SalvageError(msg) from error
    here = f'state_dir = "{(to / "state").as_posix()}"'
    for name in ("sync.toml", "station.toml"):
        settings = to / "etc" / name
        if settings.exists():
            text = settings.read_text(encoding="utf-8")
            settings.write_text(_STATE_DIR.sub(here, text), encoding="utf-8")
    return to / "etc"


def mend(settings: Path) -> Sequence[str]:
    """Prove the copied journal, and carry on in a new one what can be proven of a damaged one.

    Returns what the station's own salvage said.
    """
    code, said = _run("station.cli", "salvage", "--config", str(settings / "station.toml"))
    if code not in {_DONE, _FINDINGS}:
        raise SalvageError(said[-1] if said else "the journal cannot be salvaged")
    return said


def write_out(settings: Path, out: Path) -> Sequence[str]:
    """Write everything the journal holds into a folder, signed with the old card's key, and say what."""
    command = ("export-usb", str(out), "--all", "--config", str(settings / "sync.toml"))
    code, said = _run("sync_agent.cli", *command)
    if code not in {_DONE, _FINDINGS}:
        raise SalvageError(said[-1] if said else "nothing could be written")
    return said


def _run(program: str, *arguments: str) -> tuple[int, list[str]]:
    # The station's and the agent's own programs: how they keep things is theirs to know.
    command = [sys.executable, "-m", program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  our own programs
    return done.returncode, [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
