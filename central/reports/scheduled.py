"""Published: write the reports that are due into their folders, whole, each once, and note it."""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import IntegrityError, transaction

from central.config import CentralConfig
from central.domain.calendar import SchoolYear as Year
from central.domain.errors import DomainError
from central.errors import CentralError
from central.reports.files import report_files
from central.reports.kinds import kinds
from central.store.models import ReportSchedule, ScheduledReport, School, SchoolYear
from central.work import whole_file
from central.work.report_schedule import require_folder
from central.work.report_schedule_days import states

log = logging.getLogger(__name__)
_FOR_ITS_GROUP = 0o640
"""Whom a folder is shared with reads what comes into it; a folder with the set-group-ID bit says whom."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of one schedule that was due: the file it wrote, or why it could not."""

    schedule: int
    due_on: date
    file: Path | None
    problem: str = ""


def run_due(config: CentralConfig, now: datetime) -> Iterator[Delivered]:
    """Write each report that is due, one at a time as it is asked for; what fails stays due.

    A server that slept over several days writes the last of them only. The report is as of the day it was
    due. Yields what became of each.
    """
    for school in School.objects.order_by("pk"):
        for state in states(school, now):
            if state.owed is not None:
                yield _deliver(config, state.row, state.owed, now)


def _deliver(config: CentralConfig, schedule: ReportSchedule, due_on: date, now: datetime) -> Delivered:
    try:
        file = _write(config, schedule, due_on, now)
    except (CentralError, DomainError) as error:
        problem = str(error)
    except OSError as error:
        problem = f"{schedule.folder} cannot be written to ({error.strerror})"
    else:
        log.info("report.delivered schedule=%d due_on=%s", schedule.pk, due_on)
        return Delivered(schedule.pk, due_on, file)
    log.warning("report.not-delivered schedule=%d due_on=%s", schedule.pk, due_on)
    return Delivered(schedule.pk, due_on, None, problem)


def _write(config: CentralConfig, schedule: ReportSchedule, due_on: date, now: datetime) -> Path:
    folder = Path(schedule.folder)
    require_folder(folder, config.report_folders)
    if not folder.is_dir():
        # A folder that is not there may be a share that is not mounted: making one would hide that.
        msg = f"{folder} is not there; have IT mount or make it"
        raise CentralError(msg)
    kind = kinds().get(schedule.kind)
    if kind is None:
        msg = f"there is no report {schedule.kind} any more; end schedule {schedule.pk}"
        raise CentralError(msg)
    made = report_files((kind, _year(schedule, due_on), due_on), now, schedule.form)
    for name, data in made.files.items():
        whole_file.write(folder / name, data, _FOR_ITS_GROUP)
    first = next(iter(made.files))
    try:
        with transaction.atomic():
            ScheduledReport.objects.create(
                schedule=schedule,
                due_on=due_on,
                at=now,
                name=first,
                sha256=hashlib.sha256(made.files[first]).hexdigest(),
            )
    except IntegrityError as error:
        msg = f"schedule {schedule.pk} was written for {due_on} by another process at this moment"
        raise CentralError(msg) from error
    return folder / first


def _year(schedule: ReportSchedule, on: date) -> SchoolYear:
    name = Year.of(on).name
    year = SchoolYear.objects.select_related("school").filter(school=schedule.school, name=name).first()
    if year is None:
        msg = f"no calendar of {name} is on file; import it, and the report is written"
        raise CentralError(msg)
    return year
