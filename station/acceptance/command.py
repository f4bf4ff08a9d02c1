"""The command `selftest --full`: puts the acceptance together with the real machine and the terminal."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TextIO

from station.acceptance.acceptance import accept
from station.acceptance.board import mark_of
from station.acceptance.person import STOPPED, StoppedError, TerminalPerson
from station.acceptance.report import Report
from station.acceptance.site import Site, run_program
from station.acceptance.steps import STEPS
from station.boot import boot_id_of
from station.check import is_running
from station.config import StationSettings
from station.errors import JournalBusyError, JournalError
from station.machine import clock_of
from station.tap import Json
from station.vitals import identity


def full_selftest(
    settings: StationSettings, folder: Path, heard: TextIO, out: TextIO, root: Path = Path("/")
) -> int:
    """Go through the acceptance with the person at the terminal and return the exit code.

    Raises JournalBusyError while the station runs, StoppedError when the person stops, UsageError for a
    folder that holds something else, JournalError before the station was ever started.
    """
    if is_running(settings):
        msg = "the station is at work and holds its readers; systemctl stop rollbook-station.service first"
        raise JournalBusyError(msg)
    if not settings.state_dir.is_dir():
        msg = f"{settings.state_dir} is not there; start rollbook-station.service once, then stop it"
        raise JournalError(msg)
    clock = clock_of(settings, boot=0)
    about: dict[str, Json] = {
        "school": settings.school,
        **identity(root),
        "board": mark_of(root),
    }
    report = Report(folder, settings.station, tuple(step.name for step in STEPS), about)
    site = Site(
        settings=settings,
        person=TerminalPerson(heard, out),
        clock=clock,
        elapsed_ns=time.monotonic_ns,
        wait=threading.Event().wait,
        ask=run_program,
        kept=report.kept,
        keep=report.save,
        boot_id=boot_id_of(),
        root=root,
    )
    try:
        return accept(site, report)
    except KeyboardInterrupt as error:
        raise StoppedError(STOPPED) from error
