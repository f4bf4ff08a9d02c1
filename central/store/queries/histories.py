"""Published: whether every record is what the decisions taken on it make of it."""

from collections.abc import Iterator
from itertools import groupby

from django.db.models import Count, Max

from central.domain.attendance import Stage
from central.store.models import AttendanceRecord, Decision, SessionCertification

_AT_ONCE = 5_000
_COLUMNS = ("record_id", "stage_from", "stage_to", "mark", "certification_id")


def broken() -> Iterator[str]:
    """Yield a sentence for each record or session whose history has a gap; reads every decision once.

    Written by the program, every step starts where the one before ended, the last one says what the
    record says, what counts stands under a signature, and the signatures of a session are numbered
    without a gap. Anything else was done to the database from outside.
    """
    says = dict(_records())
    decisions = Decision.objects.order_by("record_id", "pk").values_list(*_COLUMNS)
    for record, steps in groupby(decisions.iterator(chunk_size=_AT_ONCE), key=lambda step: step[0]):
        stage = mark = ""
        is_signed = is_broken = False
        for _record, stage_from, stage_to, step_mark, certification in steps:
            is_broken |= stage_from != stage
            is_signed |= certification is not None
            stage, mark = stage_to, step_mark
        if is_broken:
            yield f"record {record}: its decisions do not follow one another"
        if says.pop(record) != (stage, mark):
            yield f"record {record}: it does not say what its last decision says"
        if Stage(stage).counts and not is_signed:
            yield f"record {record}: it is {stage} under no signature"
    yield from (f"record {record}: nobody decided that it be there" for record in sorted(says))
    yield from _lost_signatures()


def _records() -> Iterator[tuple[int, tuple[str, str]]]:
    rows = AttendanceRecord.objects.values_list("pk", "stage", "mark")
    for record, stage, mark in rows.iterator(chunk_size=_AT_ONCE):
        yield record, (stage, mark)


def _lost_signatures() -> Iterator[str]:
    sessions = SessionCertification.objects.values_list("section__code", "on")
    numbered = sessions.annotate(last=Max("revision"), count=Count("pk")).order_by("on", "section__code")
    for section, on, last, count in numbered:
        if last != count:
            yield f"section {section} on {on}: {last - count} of its {last} signatures are gone"
