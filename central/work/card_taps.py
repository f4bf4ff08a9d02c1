"""Have the taps of a card judged anew from a day on, because its holder is another now."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Q

from central.store.models import AttendanceRecord, School, Tap

_Outcome, _Stage = Tap.Outcome, AttendanceRecord.Stage
# What hangs on whose card it is. A time nobody knows and a false proof have other reasons.
_JUDGED: Final = (
    _Outcome.RECORDED,
    _Outcome.REPEAT,
    _Outcome.UNKNOWN_CREDENTIAL,
    _Outcome.NO_SESSION,
    _Outcome.NOT_ENROLLED,
    _Outcome.AMBIGUOUS,
    _Outcome.AFTER_DECISION,
    _Outcome.STAFF,
)


@dataclass(frozen=True, slots=True)
class Reopened:
    """How many taps are judged anew, and how many stay behind records a person has signed."""

    waiting: int = 0
    signed: int = 0


def reopen(school: School, token: bytes, since: date) -> Reopened:
    """Let the next round judge a card's taps from a day on; a signed record keeps what it stands on.

    Provisional records follow within that round. A signed one is for its teacher to correct.
    """
    taps = Tap.objects.filter(school=school, token=token, on__gte=since, outcome__in=_JUDGED)
    is_signed = Q(record__stage__in=(_Stage.CERTIFIED, _Stage.SUBMITTED, _Stage.CONFIRMED))
    signed = taps.filter(is_signed).count()
    return Reopened(taps.exclude(is_signed).update(outcome=_Outcome.PENDING), signed)
