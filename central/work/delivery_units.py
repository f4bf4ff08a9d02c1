"""What is delivered as one: a record of a class, or a student's whole day, and what is known of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from central.config import PowerSchoolConfig
from central.exchange.powerschool.ids import Entry
from central.exchange.powerschool.rows import value_of
from central.store.models import AttendanceRecord, Delivery, Meeting, School
from central.work.delivery_judgement import Case, Sighting, State
from central.work.delivery_keys import current, key, marker, newest, with_revision

_Stage, _Mark, _Way = AttendanceRecord.Stage, AttendanceRecord.Mark, Delivery.State
_SENT_ON = (_Stage.CERTIFIED, _Stage.SUBMITTED, _Stage.CONFIRMED)
_OPEN = (_Way.ASKED, _Way.UNKNOWN)
# Of records that share a row, the one that is least far says how far the row is.
_LEAST_FAR_FIRST = (State.HELD, State.OPEN, State.NEW, State.SENT, State.CONFIRMED)

Hours = Mapping[int, tuple[int, int]]
"""When each section meets on the day, in seconds since midnight."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Records that share one row there: what is to stand in it, and what is known of it."""

    records: tuple[AttendanceRecord, ...]
    entry: Entry
    case: Case


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms a day is looked at: the configuration, the instant, whether what is held goes on."""

    config: PowerSchoolConfig
    now: datetime
    again: bool = False


def units_of(school: School, on: date, terms: Terms) -> list[Unit]:
    """Return what of a day is delivered as one, in the order of student and class.

    A whole day waits until each of the student's records of it is certified. What went by file, and was
    not reopened, is left to the file that is read back.
    """
    records = with_revision(AttendanceRecord.objects.filter(school=school, on=on))
    ordered = records.order_by("student__number", "section__code")
    rows = ordered.select_related("student", "section", "school").prefetch_related("deliveries")
    hours = _hours(on)
    groups = _grouped([row for row in rows if row.stage != _Stage.REMOVED], terms.config.mode)
    return [_unit(together, hours, terms) for together in groups if _is_for_us(together)]


def _grouped(rows: Iterable[AttendanceRecord], mode: str) -> Iterable[tuple[AttendanceRecord, ...]]:
    groups: dict[tuple[int, int], list[AttendanceRecord]] = {}
    for row in rows:
        groups.setdefault((row.student_id, row.section_id if mode == "meeting" else 0), []).append(row)
    return map(tuple, groups.values())


def _is_for_us(rows: Sequence[AttendanceRecord]) -> bool:
    """Tell whether every record of a row there is certified, and none is under way in a file."""
    last = [each for row in rows if (each := newest(row))]
    by_file = any(each.channel == Delivery.Channel.FILE and each.state == _Way.SENT for each in last)
    return not by_file and all(row.stage in _SENT_ON for row in rows)


def _unit(rows: tuple[AttendanceRecord, ...], hours: Hours, terms: Terms) -> Unit:
    states = {row.pk: _state(row, again=terms.again) for row in rows}
    state = next(each for each in _LEAST_FAR_FIRST if each in states.values())
    code, minutes = _said(rows, hours, terms.config)
    value, mark = value_of(code, minutes), marker(key(row) for row in rows)
    begun = max(
        (last for row in rows if (last := newest(row))), key=lambda delivery: delivery.pk, default=None
    )
    if begun is not None and state in {State.OPEN, State.SENT, State.CONFIRMED}:
        # What was begun is finished as it was begun; only a certified change makes another value.
        value, mark = begun.value, begun.marker
        code, _, said_minutes = value.partition("/")
        minutes = int(said_minutes) if said_minutes else None
    one = rows[0]
    is_of_class = terms.config.mode == "meeting"
    entry = Entry(
        one.student.number,
        one.on,
        code,
        mark,
        minutes,
        section=one.section.code if is_of_class else "",
        period=one.section.periods if is_of_class else "",
        hours_s=hours.get(one.section_id) if is_of_class else None,
    )
    return Unit(rows, entry, _case(rows, state, (value, mark), terms))


def _case(rows: Sequence[AttendanceRecord], state: State, wanted: tuple[str, str], terms: Terms) -> Case:
    past = sorted((each for row in rows for each in row.deliveries.all()), key=lambda each: each.pk)
    now_on = [each for row in rows if (each := current(row))]
    latest = max((each.sent_at for each in past if _may_be_under_way(each)), default=None)
    rest = timedelta(seconds=terms.config.rest_s)
    return Case(
        state,
        *wanted,
        known=tuple(sighting for each in past for sighting in _sightings(each)),
        attempts=0
        if terms.again and state is State.NEW
        else max((each.attempts for each in now_on), default=0),
        trouble=next((each.difference for each in now_on if each.difference), ""),
        is_resting=latest is not None and terms.now < latest + rest,
    )


def _may_be_under_way(delivery: Delivery) -> bool:
    """Tell whether something was begun that nobody has seen there, nor been told its key."""
    return delivery.state in _OPEN or (delivery.state == _Way.SENT and not delivery.dcid)


def _sightings(of: Delivery) -> Iterable[Sighting]:
    """Yield what was sent, then what was last seen: the second says whether something stood there."""
    yield Sighting("", of.marker, of.value)
    yield Sighting(of.dcid, of.marker, of.seen or (of.value if of.dcid else ""))


def _state(row: AttendanceRecord, *, again: bool) -> State:
    last = newest(row)
    if last is None:
        return State.NEW
    if row.stage == _Stage.CONFIRMED:
        return State.CONFIRMED
    if row.stage == _Stage.SUBMITTED:
        return State.SENT if last.state == _Way.SENT and last.dcid else State.OPEN
    if last.state == _Way.REOPENED:
        signed_at: datetime | None = getattr(row, "signed_at")  # noqa: B009  annotated by the query
        is_decided = signed_at is not None and last.read_at is not None and signed_at > last.read_at
        return State.NEW if again or is_decided else State.HELD
    mine = current(row)
    return State.OPEN if mine is not None and mine.state in _OPEN else State.NEW


def _said(
    rows: Sequence[AttendanceRecord], hours: Hours, config: PowerSchoolConfig
) -> tuple[str, int | None]:
    """Return the code of one record or of a whole day, and in time mode its minutes.

    A day with any presence is present, and tardy where every class attended was begun late.
    """
    present = [row for row in rows if row.mark == _Mark.PRESENT]
    codes = config.codes
    code = codes.absent
    if present:
        code = codes.tardy if all(row.is_tardy for row in present) else codes.present
    minutes = sum(_minutes(row, hours) for row in present) if config.mode == "time" else None
    return code, minutes


def _minutes(row: AttendanceRecord, hours: Hours) -> int:
    """Return the whole minutes in seat that taps prove, else those of the class that day."""
    proven = row.minutes_in_seat
    if proven is not None:
        return proven
    starts, ends = hours.get(row.section_id, (0, 0))
    return (ends - starts) // 60


def _hours(on: date) -> Hours:
    rows = Meeting.objects.filter(weekday=on.weekday(), section__since__lte=on, section__until__gte=on)
    return {
        section: (_seconds(starts), _seconds(ends))
        for section, starts, ends in rows.values_list("section", "starts", "ends")
    }


def _seconds(clock: object) -> int:
    hour, minute, second = (int(part) for part in str(clock)[:8].split(":"))
    return (hour * 60 + minute) * 60 + second
