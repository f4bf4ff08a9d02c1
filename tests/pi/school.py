"""A school of today on this machine: the real central, reached by TLS, and the classes of two rooms."""

import shutil
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Final

from rich.console import Console

from central.domain.calendar import SchoolYear
from central.store.evidence import Evidence
from demo import school, school_calendar
from demo.narrator import Narrator
from demo.office import Office
from demo.premises import ZONE, Premises
from demo.programs import Program
from demo.school import School, Section
from tests.pi.authority import Authority

LOOPBACK: Final = "127.0.0.1"
_ROOMS: Final = 2
_CLASS_SIZE: Final = 6
_SETTINGS: Final = """\
data_dir = "data"
host = "{host}"
port = {port}
public_url = "https://{host}:{port}"
time_zone = "America/Los_Angeles"
[tls]
certificate = "{certificate}"
key = "{key}"
"""


class LiveSchool:
    """A school whose year is this one: no clock of it is moved, as on no board it could be.

    Central listens at `host` and is known by certificate as every address of `reached_at`.
    """

    def __init__(self, folder: Path, reached_at: Sequence[str] = (LOOPBACK,), host: str = LOOPBACK) -> None:
        self.premises = Premises(folder)
        self.premises.clear()
        self.authority = Authority(folder / "authority")
        self.port = _free_port(host)
        certificate, key = self.authority.certify(reached_at)
        self.premises.server_config.write_text(
            _SETTINGS.format(host=host, port=self.port, certificate=certificate, key=key), encoding="utf-8"
        )
        self.made_up = of_day(datetime.now(ZONE).date())
        self.office = Office(self.made_up, self.premises, Narrator(Console(quiet=True)))
        self.office.central("init", "--school-code", school.CODE, "--school-name", school.NAME)
        self.office.take_in()

    @property
    def sections(self) -> Sequence[Section]:
        """The classes, each with a room and a station of its own."""
        return self.made_up.sections

    @property
    def school_key(self) -> Path:
        """The secret file that goes onto cards by hand."""
        return self.premises.keys / "school.key"

    @property
    def evidence(self) -> Evidence:
        """What central holds."""
        return Evidence(self.premises.server / "data" / "evidence.sqlite")

    @contextmanager
    def serving(self) -> Iterator[Program]:
        """Run central for as long as the block lasts."""
        program = self.serve()
        try:
            yield program
        finally:
            program.stop()

    def serve(self) -> Program:
        """Start central; its port is the one that cards were told."""
        program = self.office.serve()
        program.wait_for("listening on ")
        return program

    def remove(self) -> None:
        """Take the folder away; central must have ended."""
        shutil.rmtree(self.premises.folder)


def of_day(today: date) -> School:
    """Return the first classes of the made-up school as if its year held `today`."""
    year = SchoolYear.of(today)
    whole = school.found()
    now = replace(
        school_calendar.FIRST_YEAR,
        name=year.name,
        first_day=year.starts_on,
        last_day=year.ends_on,
        holidays={},
        excluded_weeks=(),
    )
    return School(now, tuple(_begun(section, year.starts_on) for section in whole.sections[:_ROOMS]))


def _begun(section: Section, on: date) -> Section:
    few = section.students[:_CLASS_SIZE]
    return replace(section, students=tuple(replace(student, since=on, until=None) for student in few))


def _free_port(host: str) -> int:
    with socket.socket() as asked:
        asked.bind((host, 0))
        port: int = asked.getsockname()[1]
        return port
