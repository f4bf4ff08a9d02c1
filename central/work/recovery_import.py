"""Published: take recovery records and services in from files, all or nothing, and give them out again."""

from collections import Counter
from dataclasses import dataclass, replace

from django.db import transaction

from central.exchange import recovery_csv
from central.exchange.named_file import NamedFile
from central.exchange.problem import Problem, refuse
from central.store.models import AuditEvent, School, SchoolYear
from central.store.queries import recovery as stored
from central.work.imported import remember
from central.work.recovery_act import Act
from central.work.recovery_plan import Plan
from central.work.tool_rights import Right, Tool, require


def import_recovery(
    school: School, records: NamedFile | None, services: NamedFile | None, act: Act
) -> dict[str, int]:
    """Add the records and services of two files and change those that are there; return what changed.

    What no file names stays as it is. Raises RefusedError without the rights, InputError with every
    problem found in either file; nothing is written then. The same files twice change nothing.
    """
    for tool in (Tool.RECORDS, Tool.SERVICES):
        require(act.by, tool, Right.ADD)
        require(act.by, tool, Right.WRITE)
    problems: list[Problem] = []
    record_lines = recovery_csv.read_records(records.name, records.data, problems) if records else []
    service_lines = recovery_csv.read_services(services.name, services.data, problems) if services else []
    files = [file for file in (records, services) if file]
    act = replace(act, reason=act.reason or f"import of {', '.join(file.name for file in files)}"[:255])
    changes: Counter[str] = Counter()
    with transaction.atomic():
        students = {line.student for line in record_lines} | {line.student for line in service_lines}
        plan = Plan(school, students)
        plan.wish_records(record_lines)
        plan.wish_services(service_lines)
        plan.look_back(record_lines)
        refuse("the recovery data are not taken in; nothing was written:", problems)
        plan.write(act, changes)
        return remember("recovery", files, changes, act.at, f"employee {act.by.number}")


@dataclass(frozen=True, slots=True)
class Export:
    """Records and services as text of two CSV files, which an import takes back unchanged."""

    records: str
    services: str


def export_recovery(year: SchoolYear, act: Act) -> Export:
    """Return the records that touch a school year and the services that start in it.

    The audit log keeps that they were given out. Raises RefusedError without the right to read.
    """
    require(act.by, Tool.RECORDS, Right.READ)
    require(act.by, Tool.SERVICES, Right.READ)
    records, services = stored.records(year), stored.services(year)
    detail = {"records": len(records), "services": len(services), "school_year": year.name}
    AuditEvent.objects.create(
        at=act.at, by=act.by.number, verb="export-recovery", subject=year.name, detail=detail
    )
    return Export(recovery_csv.write_records(records), recovery_csv.write_services(services))
