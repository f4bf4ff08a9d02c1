"""The command `retime`: find all times anew under the present rule, and tell what came out otherwise."""

import argparse
from collections import Counter

from central.commands import Now, say
from central.config import CentralConfig
from central.errors import RefusedError
from central.store.evidence import Evidence
from central.store.models import Station, StationTimeline, Tap
from central.timeline import RHO_PPM, RULE_VERSION, tzdata_version
from central.work import keys
from central.work.drifts import measured
from central.work.project import Projected, retime
from central.work.prove import Prover
from sync_agent.signing import VerifyKey

HELP = "find the times of all taps anew from the evidence, and tell what came out otherwise"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for one station, or all."""
    parser.add_argument("--station", metavar="CODE", help="this one alone")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Read every journal from its beginning; 1 where a certified day or a station's clock is in question."""
    del now
    if args.station and not Station.objects.filter(code=args.station).exists():
        msg = f"there is no station {args.station} in the records; check the code"
        raise RefusedError(msg)
    evidence = Evidence(config.evidence_at)
    server_key = VerifyKey.from_hex(keys.public(config.keys, keys.ACK))
    say(f"rule {RULE_VERSION}, time zones of {tzdata_version()}")
    journals = StationTimeline.objects.filter(carried_in=0).order_by("station", "epoch")
    if args.station:
        journals = journals.filter(station=args.station)
    findings = 0
    for station, epoch in journals.values_list("station_id", "epoch"):
        before = _grades(station)
        done = retime(evidence, server_key, station, epoch, Prover(config.keys))
        _tell(f"{station}/{epoch}", done, before, _grades(station))
        findings += len(done.disturbed) + done.unreadable
    for station in sorted(set(journals.values_list("station_id", flat=True))):
        found = measured(evidence, server_key, station)
        if found is not None and found.is_alarming():
            span = f"{found.low_ppm} to {found.high_ppm} ppm"
            say(f"{station}: its crystal is off by {span} of {RHO_PPM} allowed; replace the board")
            findings += 1
    say("resolve turns what changed into records")
    return 1 if findings else 0


def _grades(station: str) -> Counter[str]:
    return Counter(Tap.objects.filter(station=station).values_list("time_quality", flat=True))


def _tell(journal: str, done: Projected, before: Counter[str], after: Counter[str]) -> None:
    say(f"{journal}: {done.retimed} {'tap has' if done.retimed == 1 else 'taps have'} another time now")
    for grade in sorted({*before, *after}):
        if before[grade] != after[grade]:
            say(f"    {grade}: {before[grade]} before, {after[grade]} now")
    for each in done.disturbed:
        tap = each.tap
        day = "no day" if tap.on is None else f"{tap.on}"
        place = f"{tap.station_id}/{tap.epoch}/{tap.sequence}"
        say(f"    {place} stood behind a certified record of {each.was_on}")
        say(f"        and is of {day} now; the record is as it was: a person decides")
    if done.unreadable:
        say(f"    {done.unreadable} batches are damaged; restore them from a backup")
