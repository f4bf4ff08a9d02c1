"""Signed presence whose tap came from a card that, as is known by now, its student did not hold that day."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from django.db.models import Count, Exists, Max, OuterRef, Q

from central.store.models import AttendanceRecord, Credential, School, Tap
from central.work.exception_kinds import ExceptionKind, ExceptionLine

_Stage = AttendanceRecord.Stage
_SIGNED: Final = (_Stage.CERTIFIED, _Stage.SUBMITTED, _Stage.CONFIRMED)


def card_lines(school: School, since: date, until: date) -> Iterator[ExceptionLine]:
    """Yield a line for each class's day with such records.

    A provisional record follows its card by itself; a signed one is for its teacher to look at again.
    """
    # Who holds a card changes by ending what was: the taps of all other cards need no look.
    ended = Credential.objects.filter(school=school, until__isnull=False).values("token")
    held = Credential.objects.filter(
        Q(until=None) | Q(until__gte=OuterRef("on")),
        token=OuterRef("token"),
        student=OuterRef("record__student"),
        since__lte=OuterRef("on"),
    )
    taps = Tap.objects.filter(
        ~Exists(held),
        school=school,
        token__in=ended,
        on__range=(since, until),
        record__mark=AttendanceRecord.Mark.PRESENT,
        record__stage__in=_SIGNED,
    )
    found = taps.values_list("record__section__code", "on").annotate(
        n=Count("record", distinct=True), last=Max("pk")
    )
    for code, on, n, last in found.order_by("on", "record__section__code"):
        figures = {"n": str(n), "room": code, "last": f"{on:%m/%d/%Y}"}
        key = f"{code}/{on}/{last}/{n}"
        yield ExceptionLine(
            ExceptionKind.CARD_NOT_THEIRS, key[:120], on, figures, "session", (code, on.isoformat())
        )
