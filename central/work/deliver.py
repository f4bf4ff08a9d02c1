"""Deliver certified records to PowerSchool, a day at a time, one run at a time."""

import fcntl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from central.config import PowerSchoolConfig
from central.domain.calendar import SchoolYear as Year
from central.errors import RefusedError, UnavailableError
from central.exchange.powerschool.ids import Ids, Scope
from central.store.models import AttendanceRecord, AuditEvent, Delivery, Staff
from central.work import delivery_feed, record_moves
from central.work.deliver_day import Day
from central.work.delivery_wish import Courier, Delivered, Wish
from central.work.record_moves import Actor

LOCK: Final = "deliver.lock"
_Stage = AttendanceRecord.Stage


def deliver(wish: Wish, courier: Courier, data: Path) -> Delivered:
    """Bring the days of a wish in step with PowerSchool, and older ones its feed of changes names.

    Each day is read there first; what lacks is written down here, sent, and read back. Nothing is sent
    that may have arrived. Raises RefusedError, also for a practice school, and UnavailableError; what
    was done before is kept either way.
    """
    by, done = courier.by, Delivered()
    require(courier)
    with _alone(data):
        detail: dict[str, object] = {}
        try:
            changed = delivery_feed.changed(courier) if wish.writes else None
            older = changed.days if changed else frozenset()
            for begins_in, days in by_year(sorted(days_of(wish, by) | older)).items():
                ids = Ids(courier.sis, scope(courier.config, begins_in, days))
                for on in days:
                    Day(on, wish, courier, ids, done).bring_in_step()
            if changed and not done.stopped:
                detail = {delivery_feed.POSITION: changed.position}
        finally:
            if wish.writes:
                subject = f"PowerSchool {wish.since} to {wish.until}"
                AuditEvent.objects.create(
                    at=courier.clock(),
                    by=by.number,
                    verb=delivery_feed.VERB,
                    subject=subject,
                    detail={**done.told(), **detail},
                )
    return done


def require(courier: Courier) -> None:
    """Raise RefusedError for somebody without a credential, and for a practice school."""
    record_moves.courier(Actor.SUBMISSION, courier.by, courier.clock())
    if courier.by.school.is_practice:
        msg = "this is a practice school; its records never leave for a student information system"
        raise RefusedError(msg)


def scope(config: PowerSchoolConfig, begins_in: int, days: Sequence[date]) -> Scope:
    """Return what is asked about in one school year."""
    return Scope(config.queries, config.school, begins_in, days[0], days[-1], config.mode)


def days_of(wish: Wish, by: Staff) -> set[date]:
    """Return the days of a wish on which anything was certified, or removed after it was sent."""
    records = AttendanceRecord.objects.filter(school=by.school, on__range=(wish.since, wish.until))
    found = records.exclude(stage=_Stage.PROVISIONAL).exclude(stage=_Stage.REMOVED, deliveries=None)
    return set(found.values_list("on", flat=True))


def by_year(days: Sequence[date]) -> Mapping[int, list[date]]:
    """Return days in order, by the year their school year began in."""
    years: dict[int, list[date]] = {}
    for on in days:
        years.setdefault(Year.of(on).starts_on.year, []).append(on)
    return years


def usual_days(by: Staff, config: PowerSchoolConfig, today: date) -> tuple[date, date]:
    """Return the days a run looks at that is told none: those lately read, and any open one of the year."""
    stages = (_Stage.CERTIFIED, _Stage.SUBMITTED)
    rows = AttendanceRecord.objects.filter(
        school=by.school, stage__in=stages, on__gte=Year.of(today).starts_on
    )
    # What went in a file is read back from one.
    rows = rows.exclude(deliveries__channel=Delivery.Channel.FILE, stage=_Stage.SUBMITTED)
    oldest = rows.order_by("on").values_list("on", flat=True).first()
    reread = today - timedelta(days=config.reread_days)
    return (min(oldest, reread) if oldest else reread), today


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Hold the lock of deliveries; raises UnavailableError while another run holds it."""
    with (data / LOCK).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            msg = "another delivery is running; wait until it is done"
            raise UnavailableError(msg) from error
        yield
