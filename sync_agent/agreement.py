"""Find the last place at which central holds what the journal holds, by a few questions of 64 hashes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sync_agent.wire import MOST_HEADS, Position

HashAt = Callable[[int], bytes | None]
"""The journal's own hash at a sequence of the epoch in question, None where it has none."""


@dataclass(frozen=True, slots=True)
class Span:
    """Both ends agree up to `low`, and on nothing after `high`."""

    low: int
    high: int

    def heads(self, hash_at: HashAt) -> Sequence[Position]:
        """Return the places to ask about, evenly apart, the last of the span among them.

        A journal that lost rows cannot name their hashes; without any place left, `low` is the answer.
        """
        size = self.high - self.low
        count = min(size, MOST_HEADS)
        places = [self.low + size * number // count for number in range(1, count + 1)]
        return [Position(seq, h) for seq in places if (h := hash_at(seq)) is not None]

    def narrowed(
        self, asked: Sequence[Position], agreed_seq: int, held: Position, hash_at: HashAt
    ) -> "Span | None":
        """Return what is left after an answer, None for an answer that does not fit the question.

        One equal hash proves everything before it, so the newest that central holds says it all where
        the journal has the same there.
        """
        if held.seq >= self.low and hash_at(held.seq) == held.h:
            return Span(held.seq, held.seq)
        if agreed_seq != 0 and agreed_seq not in {head.seq for head in asked}:
            return None
        low = max(self.low, agreed_seq)
        beyond = next((head.seq for head in asked if head.seq > agreed_seq), self.high + 1)
        return Span(low, max(low, min(beyond - 1, held.seq)))
