"""The command `stations`: how the stations are, by need, and one of them from near."""

import argparse
import json
from zoneinfo import ZoneInfo

from central.commands import Now, say
from central.config import CentralConfig
from central.store import lookup
from central.store.evidence import Evidence
from central.work.fleet_alerts import Raised, need, raised
from central.work.fleet_facts import Facts, gather, of_station

HELP = "show how the stations are, those first that need somebody; 1 while an alert is open"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for which, and in which form."""
    parser.add_argument("station", nargs="?", metavar="STATION", help="one station from near, like st-r101")
    parser.add_argument("--json", action="store_true", help="for programs")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Print the stations; 1 while an alert is open that nobody silenced."""
    evidence, at = Evidence(config.evidence_at), now()
    if args.station:
        facts = [of_station(lookup.station(args.station), at, evidence)]
    else:
        facts = gather(lookup.the_school(), at, evidence)
    found = sorted(((each, raised(each)) for each in facts), key=lambda pair: need(pair[1]))
    if args.json:
        say(json.dumps([_members(each, alerts) for each, alerts in found], indent=1))
    else:
        for each, alerts in found:
            _show(each, alerts, is_near=bool(args.station))
        if not found:
            say("no station is commissioned yet")
    return 1 if any(alert.is_open for _, alerts in found for alert in alerts) else 0


def _show(facts: Facts, alerts: list[Raised], *, is_near: bool) -> None:
    zone = ZoneInfo(facts.station.school.time_zone)
    heard = f"{facts.contact.at.astimezone(zone):%Y-%m-%d %H:%M}" if facts.contact else "never"
    figures = {
        "heard": heard,
        "waiting": facts.number("waiting"),
        "off ms": facts.clock_off_ms,
        "ppm": facts.rate_ppm,
        "free MB": facts.number("disk_free_mb"),
        "°C": facts.number("temp_c"),
        "resets": facts.resets or None,
        "release": facts.text("sw") or None,
    }
    said = ", ".join(f"{name} {value}" for name, value in figures.items() if value is not None)
    say(f"{facts.station.code:12} {facts.station.room.name:12} {said}")
    for each in alerts:
        mark = "silenced" if each.silence else str(each.alert.severity)
        say(f"    {mark:9} {each.says} [{each.alert.code}]")
        if each.is_open:
            say(f"              {each.alert.remedy}")
    if is_near:
        for name, value in sorted(facts.told.items()):
            say(f"    {name:24} {json.dumps(value, ensure_ascii=False)}")


def _members(facts: Facts, alerts: list[Raised]) -> dict[str, object]:
    return {
        "station": facts.station.code,
        "room": facts.station.room.name,
        "heard_at": facts.contact.at.isoformat() if facts.contact else None,
        "told_at": facts.told_at.isoformat() if facts.told_at else None,
        "told": facts.told,
        "alerts": [
            {
                "code": each.alert.code,
                "severity": str(each.alert.severity),
                "says": each.says,
                "do": each.alert.remedy,
                "is_silenced": not each.is_open,
            }
            for each in alerts
        ],
    }
