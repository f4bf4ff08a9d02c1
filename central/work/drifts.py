"""Measure how far a station's crystal is off, from the exchanges in its newest entries."""

from central.store.evidence import Evidence
from central.store.models import Station
from central.timeline import BeaconFact, Drift, drift
from central.work.attested import Attested
from central.work.journal_times import JournalReader
from central.work.lines import timed
from central.work.open_times import beacon_fact
from sync_agent.signing import VerifyKey

_NEWEST = 20_000
"""Entries; some days of a busy room, and enough for a figure to a few ppm."""


def measured(evidence: Evidence, server_key: VerifyKey, code: str) -> Drift | None:
    """Return the drift of the station's crystal, None while no boot has two exchanges to compare."""
    station = Station.objects.select_related("school").get(code=code)
    reader = JournalReader(evidence, server_key, station, Attested(station, evidence))
    heads = {epoch: last for held, epoch, last in evidence.journals() if held == code}
    found: list[tuple[int, BeaconFact]] = []
    for epoch, last in heads.items():
        for _, seen in reader.batches(epoch, last - _NEWEST):
            for _, entry, beacon in timed(seen, code, server_key):
                fact = None if beacon is None else beacon_fact(0, entry, beacon)
                if fact is not None:
                    found.append((entry.reading.boot if fact.boot is None else fact.boot, fact))
    return drift(found)
