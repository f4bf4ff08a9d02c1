"""What an answer is held against: who asks, how far the epoch has come, and the journal's own hashes."""

from collections.abc import Callable
from dataclasses import dataclass

from sync_agent.signing import VerifyKey
from sync_agent.standing import Peer


@dataclass(frozen=True, slots=True)
class Ground:
    """What an answer is held against.

    `hash_at` gives the journal's own hash at a sequence of the epoch in question, None where it has
    none. `term` is the highest that was seen.
    """

    station: str
    peer: Peer
    term: int
    server_key: VerifyKey
    hash_at: Callable[[int], bytes | None]
