"""Gather what people said of when entries happened: staff at a station, and staff at central."""

import base64
import binascii
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from central.store.evidence import Evidence
from central.store.models import Credential, Station, Tap, TimeDecision
from central.work.lines import Seen, batches, inside, lines
from central.work.open_times import Word
from station.tap import Kind
from sync_agent import wire

MARGIN_MS: Final = 5 * 60_000
"""A clock on a wall, and the moment it takes to hold a card."""
NFC: Final = "nfc"
"""What readers are called that met the card itself; a line before a scanner may be shown by anybody."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Attested:
    """What people said about the entries of one station."""

    def __init__(self, station: Station, evidence: Evidence) -> None:
        self._station = station
        self._evidence = evidence

    def words(self, epoch: int, found: Iterable[Seen]) -> dict[int, Word]:
        """Return, by sequence, what bounds its neighbours too: anchors, and decisions that are one."""
        said = {}
        for line in found:
            decision = self._decisions.get((epoch, line.sequence))
            if decision is not None and decision.is_anchor and not line.is_carrier:
                said[line.sequence] = _word(decision)
            elif line.entry is not None and line.entry.kind == Kind.ANCHOR:
                anchor = self._anchor(line.entry.payload)
                said.update({} if anchor is None else {line.sequence: anchor})
        return said

    @cached_property
    def decided(self) -> dict[tuple[int, int], Word]:
        """What a person decided about one entry, by epoch and sequence; the last word counts."""
        return {place: _word(said) for place, said in self._decisions.items()}

    def _anchor(self, payload: object) -> Word | None:
        """Return what a member of staff said with a card of their own, laid on a reader that met it."""
        if not isinstance(payload, Mapping):
            return None
        says_ms, reader, token = payload.get("says_ms"), payload.get("reader"), payload.get("token")
        if not isinstance(says_ms, int) or not isinstance(reader, str) or not isinstance(token, str):
            return None
        if not reader.startswith(NFC):
            return None
        on = _local_date(says_ms, ZoneInfo(self._station.school.time_zone))
        held = self._staff.get((_bytes(token), str(payload.get("key_id"))), [])
        if on is None or not any(since <= on and (until is None or on <= until) for since, until in held):
            return None
        return says_ms - MARGIN_MS, says_ms + MARGIN_MS

    @cached_property
    def _staff(self) -> dict[tuple[bytes, str], list[tuple[date, date | None]]]:
        held: dict[tuple[bytes, str], list[tuple[date, date | None]]] = defaultdict(list)
        cards = Credential.objects.filter(school=self._station.school_id, staff__isnull=False)
        for token, key_id, since, until in cards.values_list("token", "key_id", "since", "until"):
            held[bytes(token), key_id].append((since, until))
        return held

    @cached_property
    def _decisions(self) -> dict[tuple[int, int], TimeDecision]:
        """The last decision at each place, and at the place its tap has now.

        A tap decided on while it was known from another journal alone may have come in by itself since.
        """
        made = TimeDecision.objects.filter(station=self._station).order_by("pk")
        places = {(decision.epoch, decision.sequence): decision for decision in made}
        taps = Tap.objects.filter(station=self._station)
        now = [
            (place, decision)
            for (epoch, sequence), decision in places.items()
            if not taps.filter(epoch=epoch, sequence=sequence).exists()
            for leaf in self._leaves(epoch, sequence)
            for place in taps.filter(leaf=leaf).values_list("epoch", "sequence")
        ]
        for place, decision in now:
            known = places.get(place)
            if known is None or known.pk < decision.pk:
                places[place] = decision
        return places

    def _leaves(self, epoch: int, sequence: int) -> Iterator[bytes]:
        for batch in batches(self._evidence, (self._station.code, epoch), beyond=sequence - 1):
            try:
                found = [line for line in lines(batch) if line.sequence == sequence]
            except wire.WireError:
                return
            for line in found:
                yield from (each.leaf for each in (line, *inside(line)))
            return


def _word(decision: TimeDecision) -> Word:
    return _ms(decision.earliest_at), _ms(decision.latest_at)


def _ms(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)


def _bytes(token: str) -> bytes:
    try:
        return base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return b""


def _local_date(at_ms: int, zone: ZoneInfo) -> date | None:
    try:
        return (_EPOCH + timedelta(milliseconds=at_ms)).astimezone(zone).date()
    except OverflowError:
        return None
