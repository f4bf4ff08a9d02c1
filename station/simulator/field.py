"""The field of an antenna, and the cards that lie in it."""

from station.simulator.cards import Felica, TypeACard
from station.simulator.isodep import IsoDepCardB

Card = TypeACard | IsoDepCardB | Felica


class Field:
    """What lies on the antenna."""

    def __init__(self) -> None:
        self.cards: list[Card] = []

    def put(self, card: Card) -> None:
        """Lay one card down, alone."""
        self.remove()
        self.cards = [card]

    def add(self, card: Card) -> None:
        """Lay one more card down."""
        self.cards.append(card)

    def remove(self) -> None:
        """Take everything away."""
        self.fade()
        self.cards = []

    def fade(self) -> None:
        """Let every card lose its power where it lies."""
        for card in self.cards:
            if not isinstance(card, Felica):
                card.power_off()

    def type_a(self) -> list[TypeACard]:
        """Return the cards type A listing finds, in the order its anticollision finds them."""
        found = [card for card in self.cards if not isinstance(card, Felica | IsoDepCardB)]
        return sorted(found, key=lambda card: card.uid)

    def type_b(self) -> list[IsoDepCardB]:
        """Return the cards type B listing finds."""
        return [card for card in self.cards if isinstance(card, IsoDepCardB)]

    def felica(self) -> list[Felica]:
        """Return the cards FeliCa polling finds."""
        return [card for card in self.cards if isinstance(card, Felica)]
