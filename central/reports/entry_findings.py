"""What a period's report must say about attendance entered late, and about paper nobody has decided on."""

from collections.abc import Iterator

from central.domain.finding import Finding, Severity
from central.reports.ground import Ground
from central.store.models import AttendanceRecord
from central.work.late_entry import without_paper
from central.work.paper_waiting import Undecided, undecided_of

_Stage = AttendanceRecord.Stage
_CLAIMED = {_Stage.CERTIFIED, _Stage.SUBMITTED, _Stage.CONFIRMED}
_CITES = "CDE letter of August 3, 2009 on electronic attendance"


def find(ground: Ground) -> Iterator[Finding]:
    """Yield what was entered later without paper of an outage, and paper that waits for a decision."""
    days = [on for on in ground.days if on <= ground.as_of]
    if not days:
        return
    school, since, until = ground.year.school, min(days), max(days)
    late = without_paper(school, since, until, ground.before)
    if late:
        yield Finding(
            "R-REC-03",
            _CITES,
            _count(late),
            None,
            "entered on a later day than the one they are about, without paper kept in an outage",
            "put down the outage there was and take its paper in, or be ready to say why; "
            "rollbook-central outage late names each",
            Severity.WARNING,
        )
    waiting = undecided_of(school, since, until, ground.before)
    claimed = [each for each in waiting if each.is_conflict and each.record.stage in _CLAIMED]
    yield from _undecided(claimed, "R-REC-07", "paper says otherwise than a signed record", Severity.BLOCKING)
    open_ones = [each for each in waiting if each not in claimed]
    yield from _undecided(open_ones, "R-REC-05", "paper waits for a decision", Severity.WARNING)


def _undecided(waiting: list[Undecided], rule: str, what: str, severity: Severity) -> Iterator[Finding]:
    if waiting:
        yield Finding(
            rule,
            "EC 47612.5(a)(2)",
            _count(len(waiting)),
            min(each.record.on for each in waiting),
            f"{what}, and nobody has decided which is right",
            "have each decided with a reason; the exceptions lead there",
            severity,
        )


def _count(records: int) -> str:
    return "1 record" if records == 1 else f"{records} records"
