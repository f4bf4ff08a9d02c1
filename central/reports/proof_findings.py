"""What a report must say about taps whose credential did not prove itself."""

from collections.abc import Iterator
from typing import Final

from django.db.models import Count, QuerySet

from central.domain.finding import Finding, Severity
from central.domain.proof import SAYS, SUN_PLAIN, TELLS_ITS_NUMBER, Proof, Reason
from central.store.json_text import text_at
from central.store.models import Tap

_RULE: Final = "R-REC-04"
_CITED: Final = "the school's procedure, stage 0"
_REMEDY: Final = {
    Proof.REFUTED: "ask whose card or phone it was; the teacher may enter who was there, with a reason",
    Proof.UNPROVEN: "issue phones with rollbook-central issue-phone, and put tag keys in with sun-keys",
}
_SEVERITY: Final = {Proof.REFUTED: Severity.WARNING, Proof.UNPROVEN: Severity.NOTICE}


def find(taps: QuerySet[Tap]) -> Iterator[Finding]:
    """Yield a finding for each way in which some of the taps did not prove themselves."""
    doubted = taps.filter(proof__in=list(_REMEDY)).values_list("proof", "proof_reason")
    for proof, reason, count in doubted.annotate(count=Count("pk")).order_by("proof", "proof_reason"):
        what = Proof(proof)
        says = f"{_taps(count)} {what}: {SAYS[Reason(reason)]}"
        yield Finding(_RULE, _CITED, _taps(count), None, says, _REMEDY[what], _SEVERITY[what])
    tells = taps.alias(told=text_at(f"flags__{SUN_PLAIN}")).filter(told__isnull=False).count()
    if tells:
        remedy = "have them personalised so that the link holds the number enciphered"
        says = f"{_taps(tells)}: {TELLS_ITS_NUMBER}"
        yield Finding(_RULE, _CITED, _taps(tells), None, says, remedy, Severity.NOTICE)


def _taps(count: int) -> str:
    return "1 tap" if count == 1 else f"{count} taps"
