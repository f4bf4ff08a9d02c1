"""Let the right person decide about a line on paper, with a reason, and carry it out on the record."""

from datetime import datetime
from typing import Final

from django.db import transaction

from central.domain.adjudication import Verdict, Why
from central.errors import RefusedError
from central.store.models import AttendanceRecord, PaperLine, PaperRuling, Staff
from central.work import record_moves, signing_off
from central.work.paper_waiting import Undecided, undecided
from central.work.propose import require_concerned
from central.work.rights import reason
from central.work.signed_days import refresh_signed
from central.work.tool_rights import Right, Tool, require

Choice = PaperRuling.Choice
_Stage = AttendanceRecord.Stage
_OPEN: Final = {_Stage.PROVISIONAL, _Stage.REMOVED}


def decide(line: PaperLine, choice: str, why: str, by: Staff, now: datetime) -> PaperRuling:
    """Settle what a line on paper and other evidence disagree about; what was chosen and why is kept.

    A conflict is for a teacher of the class with a valid credential; paper without an outage also for
    the clerk. Believing the paper changes the record to what it says, not believing paper without an
    outage removes the record. Raises RefusedError without right or reason, for a line that waits for
    nobody, and where the record is signed and would change: that takes a signature.
    """
    kept = reason(why, "deciding about paper")
    chosen = Choice(choice)
    with transaction.atomic():
        record = AttendanceRecord.objects.select_for_update().get(pk=line.record_id)
        waiting = {each.record.pk: each for each in undecided(record.section, record.on)}.get(record.pk)
        if waiting is None or line.pk not in {each.line_id for each in waiting.rulings}:
            msg = "that line waits for nobody: it was decided, or other evidence came in; reload the page"
            raise RefusedError(msg)
        _require(by, waiting)
        own = next(each for each in waiting.rulings if each.line_id == line.pk)
        _carry_out(record, line, own, chosen, record_moves.person(by, now), kept)
        rows = [_row(each, line, chosen, by, now, kept) for each in waiting.rulings]
        PaperRuling.objects.bulk_create(rows)
        refresh_signed([record])
    return next(row for row in rows if row.line_id == line.pk)


def _require(by: Staff, waiting: Undecided) -> None:
    record = waiting.record
    require(by, Tool.PAPER, Right.ADD)
    require_concerned(by, record.section, record.on)
    if waiting.is_conflict:
        signing_off.require_certificated(by, record.on)


def _carry_out(
    record: AttendanceRecord,
    line: PaperLine,
    ruling: PaperRuling,
    chosen: Choice,
    author: record_moves.Author,
    why: str,
) -> None:
    """Bring the record to what was chosen; where it says so already, nothing moves."""
    is_paper = chosen == Choice.PAPER
    if ruling.verdict == Verdict.CONFLICTS:
        if not is_paper:
            return
        target = (_Stage.PROVISIONAL, line.mark)
    elif is_paper:
        return
    else:
        target = (_Stage.REMOVED, record.mark)
    if record.stage not in _OPEN:
        msg = "the record is signed already; change it on the class's page, where it is signed again"
        raise RefusedError(msg)
    decision = record_moves.move(record, *target, author, why)
    if ruling.why == Why.TIMES_APART.name:
        record.first_in_at = line.first_in_at or record.first_in_at
        record.last_out_at = line.last_out_at or record.last_out_at
    record.save()
    decision.save()


def _row(
    ruling: PaperRuling, line: PaperLine, chosen: Choice, by: Staff, at: datetime, why: str
) -> PaperRuling:
    """Return the person's row on a line; of two sheets that say opposite things one alone is believed."""
    is_other = ruling.line.mark != line.mark
    choice = {Choice.PAPER: Choice.OTHER, Choice.OTHER: Choice.PAPER}[chosen] if is_other else chosen
    return PaperRuling(
        line_id=ruling.line_id,
        verdict=ruling.verdict,
        why=ruling.why,
        needs_person=False,
        at=at,
        by=by,
        choice=choice,
        reason=why,
    )
