"""What is asked about one tap's evidence, and what is answered."""

from collections.abc import Callable
from dataclasses import dataclass, field

from central.domain.proof import Proof, Reason
from central.proof.sun import SunKeys
from sync_agent.signing import VerifyKey


@dataclass(frozen=True, slots=True)
class Shown:
    """One tap as it is known: what the credential left, at which station, when; bounds are ms UTC.

    `token` is the one the station derived. `is_clock_trusted`: the station's wall clock was called
    synchronised and nothing disproved it.
    """

    evidence: str
    station: str
    token: bytes | None
    earliest_ms: int | None
    latest_ms: int | None
    is_clock_trusted: bool


@dataclass(frozen=True, slots=True)
class Known:
    """The keys evidence is verified with, each absent where the school has none.

    `device_key` finds the public key (compressed P-256) of the phone whose credential has a token.
    """

    school_key: bytes = field(repr=False)
    issuer: VerifyKey | None
    sun: SunKeys | None
    device_key: Callable[[bytes], bytes | None]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the evidence proves.

    Where its signature or code holds, `token` is the credential that made it and `once` names what
    it may be shown for one time only; a second tap with the same `once` is a copy.
    """

    proof: Proof
    reason: Reason | None = None
    token: bytes | None = None
    once: str = ""
