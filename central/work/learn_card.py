"""Learn whose a card is by its taps: a card nobody is known to hold becomes a student's, earlier taps too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from central.errors import RefusedError
from central.store.models import CredentialEvent, School, Student
from central.store.queries.unknown_cards import UnknownCard, unknown_cards
from central.work.credential_verbs import Act, Card, Done, handle, issue

WINDOW: Final = timedelta(minutes=5)
"""How long after somebody said "tap it now" a tap is taken for the answer."""
LATELY: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A clerk's word that a card is about to be laid on a station, and since when."""

    station: str
    since_at: datetime

    def took(self, card: UnknownCard) -> bool:
        """Tell whether a card was tapped there within the window."""
        until_at = self.since_at + WINDOW
        return any(
            seen.station == self.station and self.since_at <= seen.at <= until_at for seen in card.sightings
        )


def lately(school: School, on: date, station: str = "") -> list[UnknownCard]:
    """Return the cards without a holder of the last 30 days, the one seen last first."""
    return unknown_cards(school, on - LATELY, station)


def just_tapped(school: School, on: date, waiting: Waiting) -> list[UnknownCard]:
    """Return the unknown cards tapped at a station within the window; one means that it is the one."""
    return [card for card in lately(school, on, waiting.station) if waiting.took(card)]


def learn(student: Student, card: UnknownCard, since: date | None, act: Act) -> Done:
    """Make an unknown card a student's, from its first tap seen or the day named.

    Its taps from then on are judged anew. A card somebody held before is theirs from the first tap
    after that. Raises RefusedError.
    """
    first = card.first.on
    if card.held_until is not None:
        after = card.held_until + timedelta(days=1)
        first = min((seen.on for seen in card.sightings if seen.on >= after), default=after)
    kind = "em" if card.reader.startswith("fob") else "uid"
    return issue(Card(kind, card.token), student, since or first, act, CredentialEvent.What.LEARNED)


def the_one(cards: Sequence[UnknownCard], named: str = "") -> UnknownCard:
    """Return the one card meant, by the beginning of its handle where several were tapped.

    Raises RefusedError for none, and for several.
    """
    found = [card for card in cards if handle(card.token).startswith(named)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(handle(card.token) for card in found[:5])
        msg = f"{len(found)} unknown cards were tapped ({names}); name one of them"
    else:
        msg = "no unknown card was tapped there lately; lay it down, and wait until the station has synced"
    raise RefusedError(msg)
