"""Published: the packets a school has made: those kept beside the records, and who took one away."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from central.auditor.packet import tables
from central.auditor.packet.container import Container
from central.config import CentralConfig
from central.errors import RefusedError, UnavailableError
from central.reports.packet import packet
from central.reports.packet.packet import FOLDER, MADE, Made, Wish
from central.store.models import AttendanceRecord, AuditEvent, School, SchoolYear, Staff, Student
from central.work import viewings
from central.work.tool_rights import Right, Tool, require

TAKEN: Final = "take-packet"
MOST_AT_ONCE: Final = 20_000
"""So many records of a year are packed while somebody waits; more are left to the command."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """One packet that was made, `month` None for the year; `is_here`: it is kept beside the records."""

    year: str
    as_of: date
    month: int | None
    made_at: datetime
    made_by: str
    file: str
    sha256: str
    size: int
    sample: int
    seed: int
    population: int
    is_here: bool


def make(config: CentralConfig, year: SchoolYear, wish: Wish, by: Staff, now: datetime) -> Made:
    """Write a packet beside the records; raises as `packet.write` does.

    Raises RefusedError as well where there are too many records to wait for.
    """
    require(by, Tool.AUDIT, Right.READ)
    count = AttendanceRecord.objects.filter(section__school_year=year, on__lte=wish.as_of).count()
    if count > MOST_AT_ONCE:
        msg = (
            f"{year.name} has {count} records, which takes longer than anybody should wait for; "
            "type rollbook-central packet on the server, with --out"
        )
        raise RefusedError(msg)
    folder = config.data / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        msg = f"{folder} cannot be made ({error.strerror}); see to its rights"
        raise UnavailableError(msg) from error
    return packet.write(config, year, wish, by, now, folder / name_of(year, wish, now))


def command(year: SchoolYear, wish: Wish, by: Staff) -> str:
    """Return what makes the same packet when it is typed."""
    month = "" if wish.month is None else f" --month {wish.month}"
    return (
        f"rollbook-central packet --year {year.name} --as-of {wish.as_of} --sample {wish.size} "
        f"--seed {wish.seed}{month} --as {by.number} --out packet.zip"
    )


def name_of(year: SchoolYear, wish: Wish, now: datetime) -> str:
    """Return the name of a packet's file, another one each second."""
    month = "" if wish.month is None else f"_month-{wish.month}"
    made = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return f"packet_{year.name}{month}_as-of-{wish.as_of}_seed-{wish.seed}_{made}.zip"


def made(config: CentralConfig, school: School) -> list[Shelved]:
    """Return every packet that was made of a school, the newest first."""
    events = AuditEvent.objects.filter(verb=MADE, subject__startswith=f"{school.code} ").order_by("-pk")
    return [_shelved(config, event) for event in events]


def take(config: CentralConfig, school: School, sha256: str, by: Staff, now: datetime) -> Path | None:
    """Return the file of a packet kept here, and note who took it and whose ways are in it.

    None where no packet of that digest is here. Raises RefusedError for somebody who may not.
    """
    require(by, Tool.AUDIT, Right.READ)
    kept = next((each for each in made(config, school) if each.sha256 == sha256 and each.is_here), None)
    if kept is None:
        return None
    path = _path(config, kept.file)
    viewings.note_all(by, "audit-packet", Student.objects.filter(number__in=set(_sampled(path))), now)
    AuditEvent.objects.create(
        at=now, by=by.number, verb=TAKEN, subject=f"{school.code} {kept.file}", detail={"sha256": sha256}
    )
    return path


def _sampled(path: Path) -> Iterator[str]:
    with Container(path) as found:
        for row in tables.rows(found, "sample.csv"):
            yield row["student"]


def _shelved(config: CentralConfig, event: AuditEvent) -> Shelved:
    told = event.detail
    return Shelved(
        year=told["year"],
        as_of=date.fromisoformat(told["as_of"]),
        month=told["month"],
        made_at=event.at,
        made_by=event.by,
        file=told["file"],
        sha256=told["sha256"],
        size=told["size"],
        sample=min(told["sample"], told["population"]),
        seed=told["seed"],
        population=told["population"],
        is_here=told["is_kept"] and _path(config, told["file"]).is_file(),
    )


def _path(config: CentralConfig, name: str) -> Path:
    return config.data / FOLDER / name
