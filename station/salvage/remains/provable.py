"""Which of the rows found belong to an epoch, by the hash chain that ties each to the one before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain as chained
from itertools import pairwise

from station import chain
from station.errors import EntryError
from station.journal.file import Row
from station.salvage.remains.pool import Found
from station.tap import decode


def provable(sequences: Iterable[tuple[int, Sequence[Found]]]) -> Iterator[Found]:
    """Yield the rows an epoch's chain vouches for, ascending, one for a sequence number at most.

    `sequences` ascend, each with the rows that claim it. A row is proven by the hash before it. The
    first one behind a hole has none: it is taken when it is an entry and the row that follows was
    chained to its hash. A row whose stored hash alone is broken comes with the right one.
    """
    h: bytes | None = chain.START
    expected = 1
    # The last one is followed by nobody.
    for (seq, claims), (next_seq, next_claims) in pairwise(chained(sequences, [(0, [])])):
        before = h if seq == expected else None
        followers = next_claims if next_seq == seq + 1 else []
        found = _behind_hole(claims, followers) if before is None else _next(before, claims, followers)
        if found is not None:
            yield found
            h = found.row.h
        else:
            # Of a row whose body is broken the hash may still hold what follows.
            h = next((claim.row.h for claim in claims if _is_followed(claim.row.h, followers)), None)
        expected = seq + 1


def _next(before: bytes, claims: Sequence[Found], followers: Sequence[Found]) -> Found | None:
    for claim in claims:
        h = chain.link(before, claim.row.body)
        if h == claim.row.h or _is_followed(h, followers):
            return claim._replace(row=Row(claim.row.seq, claim.row.body, h))
    return None


def _behind_hole(claims: Sequence[Found], followers: Sequence[Found]) -> Found | None:
    return next(
        (claim for claim in claims if _is_followed(claim.row.h, followers) and _is_entry(claim.row.body)),
        None,
    )


def _is_followed(h: bytes, followers: Sequence[Found]) -> bool:
    return any(chain.link(h, follower.row.body) == follower.row.h for follower in followers)


def _is_entry(body: bytes) -> bool:
    try:
        decode(body)
    except EntryError:
        return False
    return True
