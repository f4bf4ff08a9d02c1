"""What a period's report must say about attendance entered late, and about paper nobody has decided on."""

from collections.abc import Iterator

from central.domain.finding import Finding, Severity
from central.reports.ground import Ground
from central.work.late_entry import without_paper
from central.work.paper_waiting import undecided_of

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
            "1 record" if late == 1 else f"{late} records",
            None,
            "entered on a later day than the one they are about, without paper kept in an outage",
            "put down the outage there was and take its paper in, or be ready to say why; "
            "rollbook-central outage late names each",
            Severity.WARNING,
        )
    waiting = undecided_of(school, since, until, ground.before)
    if waiting:
        yield Finding(
            "R-REC-05",
            "EC 47612.5(a)(2)",
            "1 record" if len(waiting) == 1 else f"{len(waiting)} records",
            min(each.record.on for each in waiting),
            "paper says otherwise than other evidence, or stands in though nothing was out",
            "have each decided with a reason; the exceptions lead there",
            Severity.WARNING,
        )
