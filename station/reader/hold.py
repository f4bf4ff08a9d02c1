"""Turn what a reader sees, cycle by cycle, into one event for each thing laid on it."""

from dataclasses import dataclass
from typing import TypeAlias

from station.reader import Asked, Credential, Presented, ReaderEvent, Reason, Removed, TwoCards, Unreadable


class Crowd:
    """The sight of more than one card."""


@dataclass(frozen=True, slots=True)
class Request:
    """The sight of a line by which staff ask for something."""

    text: str


CROWD = Crowd()
Sight: TypeAlias = Credential | Reason | Crowd | Request | None

# A card is gone only when both hold: a single missed poll is jitter, and fast polls miss many in a row.
MISSES_BEFORE_GONE = 3
GAP_BEFORE_GONE_MS = 150
# A reader that saw nothing at all for longer cannot say that it is still the same presentation.
BLIND_MS = 5_000
# No hand lays another card down at each of so many looks in a row: a device does, or two cards in turn.
SWAPS_OF_NO_HAND = 8
# What changes at every look is never seen so often in a row; a card that ended the changing is.
LOOKS_OF_ONE_CARD = 3


class Hold:
    """Remember what lies on one reader, so that however long it lies there it is reported once.

    After `most_swaps` looks in a row that each found another credential, none counts until all are gone
    or one of them stays.
    """

    def __init__(self, reader: str, gap_ms: int = GAP_BEFORE_GONE_MS, most_swaps: int | None = None) -> None:
        self._reader = reader
        self._gap_ms = gap_ms
        self._most_swaps = most_swaps
        self._swaps = 0
        self._is_steady = False
        self._newest: tuple[Sight, int] = (None, 0)
        self._current: Sight = None
        self._presented = False
        self._misses = 0
        self._seen_ms = 0
        self._looked_ms = 0

    @property
    def is_empty(self) -> bool:
        """Say whether nothing is held, as far as is known."""
        return self._current is None

    def see(self, sight: Sight, raw_ms: int) -> list[ReaderEvent]:
        """Take in one cycle's sight and return what is to be reported, oldest first."""
        is_blind = self._current is not None and raw_ms - self._looked_ms > BLIND_MS
        self._looked_ms = raw_ms
        if is_blind:
            return self._clear() + self._take(sight, raw_ms)
        if self._is_one_again(sight):
            return self._clear() + self._take(sight, raw_ms)
        if self._continues(sight):
            self._misses, self._is_steady = 0, True
            self._seen_ms = raw_ms
            return []
        if self._waits(sight):
            self._misses, self._is_steady = self._misses + 1, True
            if self._misses < MISSES_BEFORE_GONE or raw_ms - self._seen_ms < self._gap_ms:
                return []
            return self._clear() + self._take(sight, raw_ms)
        if self._is_restless(sight):
            sight = CROWD
        events = [] if isinstance(sight, Crowd) else self._clear()
        return events + self._take(sight, raw_ms)

    def _is_restless(self, sight: Sight) -> bool:
        are_cards = isinstance(self._current, Credential) and isinstance(sight, Credential)
        self._swaps = self._swaps + 1 if are_cards and not self._is_steady else 0
        return self._swaps == self._most_swaps

    def _is_one_again(self, sight: Sight) -> bool:
        """Say whether what changed at every look has become one card that stays."""
        before, looks = self._newest
        self._newest = sight, looks + 1 if sight == before else 1
        is_changing = isinstance(self._current, Crowd) and self._swaps == self._most_swaps
        return is_changing and isinstance(sight, Credential) and self._newest[1] == LOOKS_OF_ONE_CARD

    def _continues(self, sight: Sight) -> bool:
        held = self._current
        if isinstance(held, Credential) and isinstance(sight, Credential):
            # A phone proves itself afresh at every reading: who it is stays, the evidence differs. Where
            # nobody can say who it is, other evidence may be another's.
            return held[:2] == sight[:2] and (sight.value != "" or held.evidence == sight.evidence)
        if isinstance(held, Reason):
            return isinstance(sight, Reason)
        if isinstance(held, Request):
            return held == sight
        # Which of two cards answers is chance, so none of them counts until both are gone.
        return isinstance(held, Crowd) and sight is not None

    def _waits(self, sight: Sight) -> bool:
        if self._current is None:
            return False
        return sight is None or (isinstance(sight, Reason) and isinstance(self._current, Credential))

    def _clear(self) -> list[ReaderEvent]:
        events: list[ReaderEvent] = [Removed(self._reader, self._seen_ms)] if self._presented else []
        self._current, self._presented, self._misses = None, False, 0
        return events

    def _take(self, sight: Sight, raw_ms: int) -> list[ReaderEvent]:
        self._current, self._misses, self._seen_ms = sight, 0, raw_ms
        self._is_steady = False
        if isinstance(sight, Credential):
            self._presented = True
            return [Presented(sight, self._reader, raw_ms)]
        if isinstance(sight, Reason):
            return [Unreadable(self._reader, sight)]
        if isinstance(sight, Request):
            return [Asked(sight.text, self._reader, raw_ms)]
        return [TwoCards(self._reader)] if isinstance(sight, Crowd) else []
