"""Find what was removed here and still stands there: the other system has no call that deletes."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from central.exchange.powerschool.ids import Entry, Ids, NoIdError
from central.exchange.powerschool.rows import Mode, Place, Standing
from central.store.models import AttendanceRecord, Delivery
from central.store.rewrite import rewrite
from central.work.delivery_judgement import GONE
from central.work.delivery_keys import newest
from central.work.delivery_ledger import Scribe
from central.work.delivery_wish import Trouble, trouble

_SAYS: Final = "removed here, and still there as {}: have it deleted there"
_Stage = AttendanceRecord.Stage


def still_there(
    where: tuple[date, Mode, Ids, Mapping[Place, list[Standing]]], scribe: Scribe
) -> list[Trouble]:
    """Note for each record removed after it was sent whether its row is gone; return those that are not.

    A row that other records of the student's day share is theirs now, and is not looked at.
    """
    on, mode, ids, standing = where
    rows = AttendanceRecord.objects.filter(school=scribe.by.school, on=on)
    living = set(rows.exclude(stage=_Stage.REMOVED).values_list("student", flat=True))
    removed = rows.filter(stage=_Stage.REMOVED, deliveries__channel=Delivery.Channel.POWERSCHOOL).distinct()
    found, changed = [], []
    for record in removed.select_related("student", "section").prefetch_related("deliveries"):
        last = newest(record)
        if last is None or (mode != "meeting" and record.student_id in living):
            continue
        seen = _seen(record, mode, ids, standing)
        last.read_at, last.seen = scribe.now, seen
        last.state = Delivery.State.CONFIRMED if seen == GONE else Delivery.State.REOPENED
        last.difference = "" if seen == GONE else _SAYS.format(seen)
        changed.append(last)
        if seen != GONE:
            found.append(trouble(record, last.difference))
    rewrite(changed, ["read_at", "seen", "state", "difference"])
    return found


def _seen(record: AttendanceRecord, mode: Mode, ids: Ids, standing: Mapping[Place, list[Standing]]) -> str:
    section = record.section.code if mode == "meeting" else ""
    try:
        place = ids.place(Entry(record.student.number, record.on, "", "", section=section))
    except NoIdError:
        return GONE
    rows = standing.get(place, [])
    return rows[0].value if rows else GONE
