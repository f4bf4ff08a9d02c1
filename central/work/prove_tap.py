"""Make the proof of one tap from what is certified of its day."""

from collections.abc import Iterable
from pathlib import Path

from central.auditor.tap_proof import LogPlace, TapProof, range_of
from central.config import CentralConfig
from central.errors import RefusedError
from central.store.evidence import Evidence, StoredBatch
from central.store.models import School
from central.work import tree
from central.work.certificates import Kept, countersigned_text, newest
from central.work.school_certificates import newest as newest_of_school
from station import chain
from sync_agent import merkle
from sync_agent.certificate import Range
from sync_agent.signed_text import SignedText


def prove_tap(config: CentralConfig, station: str, epoch: int, sequence: int) -> TapProof:
    """Return the proof of one entry of a certified day.

    Raises RefusedError where no certificate stands for it, or the evidence is not what was certified.
    """
    kept, part = _certified(station, epoch, sequence)
    bodies = _bodies(Evidence(config.evidence_at).journal(station, epoch, beyond=part.first_seq - 1), part)
    leaves = [chain.leaf(body) for body in bodies]
    if merkle.root(leaves) != part.root:
        day = kept.certificate.day
        msg = f"the evidence of {station} is not what was certified for {day}; run check --evidence"
        raise RefusedError(msg)
    index = sequence - part.first_seq
    return TapProof(
        epoch=epoch,
        sequence=sequence,
        body=bodies[index],
        path=merkle.inclusion(leaves, index),
        certificate=countersigned_text(config, station, kept),
        log=_log_place(config.data, kept),
    )


def _certified(station: str, epoch: int, sequence: int) -> tuple[Kept, Range]:
    for kept in newest(station).values():
        part = range_of(kept.certificate, epoch, sequence)
        if part is not None:
            return kept, part
    msg = f"no certificate of {station} stands for entry {sequence} of epoch {epoch}; its day may not be over"
    raise RefusedError(msg)


def _bodies(batches: Iterable[StoredBatch], part: Range) -> list[bytes]:
    found: dict[int, bytes] = {}
    for batch in batches:
        if batch.first_sequence > part.last_seq:
            break
        opened = batch.open()
        found.update(enumerate(opened.bodies, opened.envelope.first))
    try:
        return [found[sequence] for sequence in range(part.first_seq, part.last_seq + 1)]
    except KeyError as error:
        msg = f"entry {error.args[0]} is missing from the evidence; run check --evidence"
        raise RefusedError(msg) from error


def _log_place(data: Path, kept: Kept) -> LogPlace:
    day = newest_of_school(School.objects.get()).get(kept.certificate.day)
    if day is None or kept.signed.sha256 not in {each.certificate for each in day.certificate.stations}:
        msg = f"the school's certificate of {kept.certificate.day} is not made yet; run certificates"
        raise RefusedError(msg)
    head = SignedText.of((data / tree.CHECKPOINT_NOTE).read_bytes())
    log = tree.leaves()
    return LogPlace(day.signed, merkle.inclusion(log, day.certificate.index), head)
