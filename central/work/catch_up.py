"""Bring the records up to the evidence: read what came in and judge it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from central.config import CentralConfig
from central.domain.proof import Proof, Reason
from central.store.evidence import Evidence
from central.store.models import Tap
from central.work import keys
from central.work.adjudicate import review_unheard
from central.work.doubts import read_doubts
from central.work.fleet_health import take_health
from central.work.journal_signs import Sources
from central.work.project import Projected, project
from central.work.prove import Prover, prove_again
from central.work.resolve import Resolved, resolve
from sync_agent.signing import VerifyKey


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What was read and what came of it."""

    projected: Projected
    resolved: Resolved


def catch_up(config: CentralConfig, now: datetime, *, only_new: bool = False) -> CaughtUp:
    """Read new evidence and resolve it; `only_new` leaves taps be that waited before.

    Doubts are read after the batches: no tap is resolved that came in after its station was doubted.
    """
    evidence = Evidence(config.evidence_at)
    server_key = VerifyKey.from_hex(keys.public(config.keys, keys.ACK))
    prover = Prover(config.keys)
    projected = project(evidence, server_key, prover)
    read_doubts(evidence, again=not only_new)
    take_health(evidence)
    if not only_new:
        # A phone may have been issued, or a tag's keys put in, since these came.
        prove_again(Tap.objects.filter(proof=Proof.UNPROVEN, proof_reason=Reason.NO_KEY), prover)
    resolved = resolve(now, only_new=only_new, evidence=evidence)
    if projected.batches or not only_new:
        with transaction.atomic():
            review_unheard(now, Sources.of(config))
    return CaughtUp(projected, resolved)
