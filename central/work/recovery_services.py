"""Published: keep the program services of recovery records: time earned and days used, by hand or by flag."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction

from central.domain.recovery import ServiceKind
from central.errors import RefusedError
from central.store.models import RecoveryRecord, RecoveryService, School, Student
from central.work.recovery_act import Act, Members, district
from central.work.recovery_faults import Dates, HeldService, ServiceWish, lasts, service_faults
from central.work.recovery_records import hold, refuse
from central.work.tool_rights import Right, Tool, require

_SCHOOL_NUMBER_CHARS = 7


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to become different about a service; None leaves it. `reopens` takes the end away."""

    since: date | None = None
    until: date | None = None
    school: str | None = None
    comments: str | None = None
    is_calendar: bool | None = None
    days_used: int | None = None
    minutes_earned: int | None = None
    reopens: bool = False


def add(record: RecoveryRecord, wish: ServiceWish, act: Act) -> RecoveryService:
    """Keep a new service of a record.

    Raises RefusedError without the right or for an unknown school, InputError naming every fault.
    """
    require(act.by, Tool.SERVICES, Right.ADD)
    school = find_school(wish.school)
    wish = replace(wish, comments=wish.comments.strip(), school=school.code)
    with transaction.atomic():
        hold(record.student)
        others = held(record.student)
        refuse(
            "the recovery service is not added",
            service_faults(wish, Dates(record.since, record.until), others),
        )
        return create(record, wish, school, act)


def create(record: RecoveryRecord, wish: ServiceWish, school: School, act: Act) -> RecoveryService:
    """Write a service found without fault, inside a transaction that holds its student."""
    service = RecoveryService.objects.create(
        record=record,
        kind=wish.kind.value,
        since=wish.dates.since,
        until=wish.dates.until,
        comments=wish.comments,
        school=school,
        is_calendar=wish.is_calendar,
        days_used=wish.days_used,
        minutes_earned=wish.minutes_earned,
        created_by=district(record.student.school),
        created_at=act.at,
        modified_by=act.by,
        modified_at=act.at,
    )
    act.note("add-recovery-service", f"recovery service {service.pk}", None, members(service))
    return service


def edit(service: RecoveryService, wanted: Edit, act: Act) -> RecoveryService:
    """Change a service, with the reason; its kind and its record stay.

    Raises RefusedError without right or reason, InputError naming every fault.
    """
    return _changed(service, lambda now: _wished(now, wanted), act)


def restate(service: RecoveryService, wish: ServiceWish, act: Act) -> RecoveryService:
    """Make a service say all that a form says, with the reason; its kind and its record stay.

    Figures of the ledger that come back unchanged are nobody's wish. Raises as `edit` does.
    """

    def wished(now: RecoveryService) -> ServiceWish:
        days, minutes = wish.days_used, wish.minutes_earned
        if now.is_calendar and wish.is_calendar:
            days = None if days == now.days_used else days
            minutes = None if minutes == now.minutes_earned else minutes
        school = find_school(wish.school).code
        said = replace(wish, kind=ServiceKind(now.kind), comments=wish.comments.strip(), school=school)
        return replace(said, days_used=days, minutes_earned=minutes)

    return _changed(service, wished, act)


def _changed(
    service: RecoveryService, wished: Callable[[RecoveryService], ServiceWish], act: Act
) -> RecoveryService:
    require(act.by, Tool.SERVICES, Right.WRITE)
    act.because("changing a recovery service")
    with transaction.atomic():
        hold(service.record.student)
        service.refresh_from_db()
        wish = wished(service)
        record = service.record
        faults = service_faults(wish, Dates(record.since, record.until), held(record.student, but=service.pk))
        refuse("the recovery service is not changed", faults)
        write(service, wish, find_school(wish.school), act)
    return service


def write(service: RecoveryService, wish: ServiceWish, school: School, act: Act) -> None:
    """Make a service say what is wished, inside a transaction that holds its student.

    What the ledger wrote stays while the flag and the dates do; otherwise it is to be written anew.
    """
    before = members(service)
    dates = Dates(service.since, service.until)
    stays = service.is_calendar and wish.is_calendar and dates == wish.dates
    if not stays:
        service.days_used, service.minutes_earned = wish.days_used, wish.minutes_earned
    service.since, service.until = wish.dates.since, wish.dates.until
    service.comments, service.is_calendar, service.school = wish.comments, wish.is_calendar, school
    service.modified_by, service.modified_at = act.by, act.at
    service.save()
    act.note("edit-recovery-service", f"recovery service {service.pk}", before, members(service))


def delete(service: RecoveryService, act: Act) -> None:
    """Take a service out, with the reason; what it said stays in the audit log.

    Raises RefusedError without right or reason, and once the ledger has written figures into it.
    """
    require(act.by, Tool.SERVICES, Right.DELETE)
    act.because("deleting a recovery service")
    with transaction.atomic():
        hold(service.record.student)
        if service.figures.exists():
            msg = (
                f"the ledger has written figures into recovery service {service.pk}, and they are kept; "
                "end the service instead, or correct its school"
            )
            raise RefusedError(msg)
        act.note("delete-recovery-service", f"recovery service {service.pk}", members(service), None)
        service.delete()


def listed(
    student: Student | None, since: date | None = None, until: date | None = None
) -> list[RecoveryService]:
    """Return services, newest first; `since` and `until` keep those that start and end in between."""
    rows = RecoveryService.objects.select_related("record__student", "school", "modified_by").order_by(
        "-since", "record__student__number", "kind", "pk"
    )
    if student is not None:
        rows = rows.filter(record__student=student)
    if since is not None:
        rows = rows.filter(since__gte=since)
    if until is not None:
        rows = rows.filter(until__lte=until)
    return list(rows)


def find(number: int) -> RecoveryService:
    """Return a service by the number its list shows; raises RefusedError."""
    found = RecoveryService.objects.filter(pk=number).select_related("record__student__school").first()
    if found is None:
        msg = f"there is no recovery service {number}; recovery services lists them"
        raise RefusedError(msg)
    return found


def find_school(number: str) -> School:
    """Return a school by its code, or by the last seven digits of its CDS code; raises RefusedError."""
    wanted = [school for school in School.objects.all() if number in school_numbers(school.code)]
    if len(wanted) != 1:
        msg = f"there is no school {number!r} in these records; write its code as check shows it"
        raise RefusedError(msg)
    return wanted[0]


def school_numbers(code: str) -> Iterator[str]:
    """Yield what a school may be called by."""
    yield code
    if len(code) == 2 * _SCHOOL_NUMBER_CHARS and code.isdigit():
        yield code[_SCHOOL_NUMBER_CHARS:]


def held(student: Student, but: int = 0) -> list[HeldService]:
    """Return the services a student has, one left out."""
    rows = RecoveryService.objects.filter(record__student=student).exclude(pk=but)
    return [as_held(service) for service in rows.select_related("record", "school").order_by("pk")]


def as_held(service: RecoveryService) -> HeldService:
    """Return what another service may contradict of this one."""
    record = service.record
    return HeldService(
        record.since,
        ServiceKind(service.kind),
        lasts(Dates(service.since, service.until), Dates(record.since, record.until)),
        service.school.code,
        service.is_calendar,
    )


def members(service: RecoveryService) -> Members:
    """Return a service as its audit line shows it."""
    return {
        "student": service.record.student.number,
        "record": service.record.since.isoformat(),
        "kind": str(service.kind),
        "since": service.since.isoformat(),
        "until": service.until.isoformat() if service.until else None,
        "comments": service.comments,
        "school": service.school.code,
        "is_calendar": service.is_calendar,
        "days_used": service.days_used,
        "minutes_earned": service.minutes_earned,
    }


def _wished(service: RecoveryService, wanted: Edit) -> ServiceWish:
    is_calendar = service.is_calendar if wanted.is_calendar is None else wanted.is_calendar
    # What stands on the row was written by the ledger, or by hand: by hand it stays until replaced.
    by_hand = not is_calendar
    days = service.days_used if wanted.days_used is None and by_hand else wanted.days_used
    minutes = service.minutes_earned if wanted.minutes_earned is None and by_hand else wanted.minutes_earned
    return ServiceWish(
        kind=ServiceKind(service.kind),
        dates=Dates(wanted.since or service.since, None if wanted.reopens else wanted.until or service.until),
        school=service.school.code if wanted.school is None else find_school(wanted.school).code,
        comments=service.comments if wanted.comments is None else wanted.comments.strip(),
        is_calendar=is_calendar,
        days_used=days,
        minutes_earned=minutes,
    )
