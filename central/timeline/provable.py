"""Bound entries by signed exchanges and receipts alone, trusting no clock of the station."""

from collections.abc import Iterable

from central.timeline.bounds import higher, lower
from central.timeline.facts import BeaconFact, Fact, KnownFact, ReceiptFact


def provable(count: int, facts: Iterable[Fact]) -> tuple[list[int | None], list[int | None]]:
    """Return the earliest and the latest time of each of `count` entries that a third party must grant.

    The nonce of an exchange cannot be known early, so what stands behind its beacon in the chain came
    later; a receipt cannot be early, so what it covers was there by then. Where central's clock
    contradicts itself the one lies behind the other. The cost is linear.
    """
    earliest: list[int | None] = [None] * count
    latest: list[int | None] = [None] * count
    for fact in facts:
        match fact:
            case BeaconFact():
                earliest[fact.index] = higher(earliest[fact.index], fact.t3_ms - fact.eps_ms)
            case KnownFact():
                earliest[fact.index] = higher(earliest[fact.index], fact.provable_earliest_ms)
            case ReceiptFact():
                up_to, by_ms = fact.up_to_index, fact.received_ms + fact.eps_ms
                latest[up_to] = lower(latest[up_to], by_ms)
    for index in range(1, count):
        earliest[index] = higher(earliest[index], earliest[index - 1])
    for index in range(count - 2, -1, -1):
        latest[index] = lower(latest[index], latest[index + 1])
    return earliest, latest
