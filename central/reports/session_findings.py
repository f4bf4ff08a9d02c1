"""What a report must say about sessions, their signatures and their taps."""

from collections.abc import Iterator

from central.domain.attendance import Mark, Stage
from central.domain.finding import Finding, Severity
from central.reports import proof_findings
from central.reports.ground import Ground
from central.store import attended
from central.store.attended import SessionKey
from central.store.models import PaperLine, Tap

_LETTER = "CDE letter of August 3 2009"
_SHOWN = 5


def find(ground: Ground) -> Iterator[Finding]:
    """Yield what is open: records and sessions nobody signed, late and repeated signatures, taps."""
    yield from _uncertified(ground)
    yield from _never_certified(ground)
    yield from _signatures(ground)
    yield from _against_paper(ground)
    yield from _taps(ground)


def _uncertified(ground: Ground) -> Iterator[Finding]:
    days = ground.days
    open_records = [
        record for record in ground.standing if record.stage is Stage.PROVISIONAL and record.on in days
    ]
    if open_records:
        sessions = {SessionKey(record.on, record.section) for record in open_records}
        present = sum(record.mark is Mark.PRESENT for record in open_records)
        yield Finding(
            "R-REC-04",
            "EC 46300(a); the school's procedure, stage 1",
            _some(sessions),
            None,
            f"{len(open_records)} records of {len(sessions)} sessions are not certified "
            f"({present} of them present); none of them is counted",
            "have the teacher certify each session, late with its reason",
            Severity.WARNING,
        )


def _never_certified(ground: Ground) -> Iterator[Finding]:
    days = ground.days
    signed = attended.signed_sessions(ground.year, ground.before)
    held = {key for key in attended.held_sessions(ground.year, ground.as_of) if key.on in days}
    missing = held - signed.keys()
    if missing:
        dates = {key.on for key in held} - {key.on for key in held & signed.keys()}
        whole = f"; on {len(dates)} days no session at all" if dates else ""
        yield Finding(
            "R-REC-01",
            "EC 47612.5(a)(2)",
            _some(missing),
            None,
            f"{len(missing)} of {len(held)} sessions held have no signature{whole}",
            "certify them, or correct calendar and bell schedule where no class was held",
            Severity.WARNING,
        )


def _signatures(ground: Ground) -> Iterator[Finding]:
    days = ground.days
    signed = {
        key: found
        for key, found in attended.signed_sessions(ground.year, ground.before).items()
        if key.on in days
    }
    bare = {key for key, found in signed.items() if found.is_late and not found.has_paper}
    late = sum(found.is_late for found in signed.values())
    if bare:
        yield Finding(
            "R-REC-03",
            _LETTER,
            _some(bare),
            None,
            f"{late} sessions were certified after their calendar day, wholly or in part, "
            f"{len(bare)} of them without a paper sheet",
            "import the sheets attendance was taken on, or be ready to explain each reason",
            Severity.WARNING,
        )
    again = {key for key, found in signed.items() if found.revisions > 1}
    if again:
        yield Finding(
            "R-REC-03",
            _LETTER,
            _some(again),
            None,
            f"{len(again)} sessions were certified again; trace shows each change with its reason",
            "look through the changes before signing",
            Severity.NOTICE,
        )


def _against_paper(ground: Ground) -> Iterator[Finding]:
    absent = PaperLine.objects.filter(
        mark=Mark.ABSENT, sheet__section__school_year=ground.year, sheet__imported_at__lt=ground.before
    )
    contradicted = set(absent.values_list("record_id", flat=True))
    days = ground.days
    counted = [
        record
        for record in ground.claimable
        if record.record in contradicted
        and record.mark is Mark.PRESENT
        and record.stage.counts
        and record.on in days
    ]
    if counted:
        yield Finding(
            "R-REC-07",
            "EC 47612.5(a)(2)",
            _some({SessionKey(record.on, record.section) for record in counted}),
            None,
            f"{len(counted)} records are certified present although a paper sheet says absent",
            "settle each with its teacher before claiming; keep what it was settled by",
            Severity.WARNING,
        )


def _taps(ground: Ground) -> Iterator[Finding]:
    taps = Tap.objects.filter(school=ground.year.school)
    days = ground.days
    undated = taps.filter(on__isnull=True, outcome=Tap.Outcome.TIME_REVIEW).count()
    if undated:
        yield _tap_finding(undated, "at times that are not proven and may lie in any period")
    ours = taps.filter(on__in=days)
    for outcome, what in (
        (Tap.Outcome.UNKNOWN_CREDENTIAL, "from cards nobody is known to hold"),
        (Tap.Outcome.DOUBTED_STATION, "from a station in doubt that nobody has cleared"),
        (Tap.Outcome.AFTER_DECISION, "after a person had decided on the record, which stayed as it was"),
    ):
        count = ours.filter(outcome=outcome).count() if days else 0
        if count:
            yield _tap_finding(count, what)
    yield from proof_findings.find(ours)


def _tap_finding(count: int, what: str) -> Finding:
    taps = "1 tap" if count == 1 else f"{count} taps"
    return Finding(
        "R-REC-04",
        "the school's procedure, stage 0",
        taps,
        None,
        f"{taps} came in {what}",
        "see rollbook-central resolve, and settle them with the teachers concerned",
        Severity.NOTICE,
    )


def _some(sessions: set[SessionKey]) -> str:
    """Name the first few sessions."""
    shown = [f"{key.section} {key.on}" for key in sorted(sessions)[:_SHOWN]]
    more = len(sessions) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
