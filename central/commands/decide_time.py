"""The command `decide-time`: list the taps whose time a person must decide, and decide one."""

import argparse
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from central.commands import Now, say
from central.config import CentralConfig
from central.errors import CentralError
from central.store import lookup
from central.store.evidence import Evidence
from central.store.models import School, Staff, Student, Tap
from central.work import time_review
from central.work.time_bracket import Entry
from central.work.time_case import Case, Neighbour, case, with_holders
from central.work.time_review import Word

HELP = "list the taps whose time a person must decide, look at one, or decide it"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the entry and, to decide, for the time, the person and the reason."""
    parser.add_argument("entry", nargs="?", metavar="STATION/EPOCH/SEQUENCE", help="without it: list them")
    parser.add_argument(
        "--from", dest="since", metavar="TIME", help="at the school, like 2024-09-09T08:20 (with --to)"
    )
    parser.add_argument("--to", dest="until", metavar="TIME")
    parser.add_argument("--as", dest="by", metavar="STAFF_NUMBER", help="who decides")
    parser.add_argument("--reason", default="", metavar="TEXT", help="how they know")
    parser.add_argument(
        "--anchor", action="store_true", help="it is a staff tap, and bounds the entries around it as well"
    )


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """List, show or decide; 1 while taps wait for a person, 64 for a refused decision."""
    school = lookup.the_school()
    evidence = Evidence(config.evidence_at)
    zone = ZoneInfo(school.time_zone)
    if args.entry is None:
        return _list(school, zone)
    entry = _entry(args.entry)
    asked = [args.since, args.until, args.by]
    if not any(asked):
        return _show(entry, evidence, zone)
    if not all(asked):
        msg = "a decision needs --from, --to, --as and --reason; nothing was written"
        raise CentralError(msg)
    since_at, until_at = _instant(args.since, zone, fold=0), _instant(args.until, zone, fold=1)
    word = Word(since_at, until_at, lookup.staff(args.by), args.reason, args.anchor)
    decided = time_review.decide(entry, word, now(), evidence, time_review.retimer(config))
    say(f"{entry} is decided as {_span(decided.earliest_at, decided.latest_at, zone)}; resolved next round")
    return 0


def _list(school: School, zone: ZoneInfo) -> int:
    waiting = list(time_review.queue(school))
    for row in time_review.anchors(school):
        span = _span(row.earliest_at, row.latest_at, zone)
        name = f"{row.station_id}/{row.epoch}/{row.sequence}"
        say(f"{name}  --anchor  {row.station.room.name}  {span}  a staff tap that attests the time")
    for tap, holders in with_holders(waiting):
        say(
            f"{tap.station_id}/{tap.epoch}/{tap.sequence}  {tap.time_quality}  {tap.station.room.name}  "
            f"{_span(tap.earliest_at, tap.latest_at, zone)}  {_whose(holders)}  {time_review.why(tap)}"
        )
    say(f"{len(waiting)} {'tap waits' if len(waiting) == 1 else 'taps wait'} for a person to say when")
    return 1 if waiting else 0


def _show(entry: Entry, evidence: Evidence, zone: ZoneInfo) -> int:
    rows = Tap.objects.filter(station=entry.station, epoch=entry.epoch, sequence=entry.sequence)
    tap = rows.select_related("station__room", "school").first()
    if tap is None:
        msg = f"there is no tap {entry}; decide-time without a name lists those that wait"
        raise CentralError(msg)
    _print(case(tap, evidence), zone)
    return 0


def _print(shown: Case, zone: ZoneInfo) -> None:
    tap = shown.tap
    say(f"{tap.station_id}/{tap.epoch}/{tap.sequence} in {tap.station.room.name}, grade {tap.time_quality}")
    say(f"of        {_whose(shown.holders)}")
    say(f"estimate  {_span(tap.earliest_at, tap.latest_at, zone)}")
    say(f"proven    {_span(shown.proven.earliest_at, shown.proven.latest_at, zone)}")
    if shown.claim is not None:
        wall = _clock(shown.claim.wall_at, zone)
        sure = "called synchronised" if shown.claim.is_synchronised else "not synchronised"
        say(f"claimed   {wall} by the station's own clock, {sure}; its start {shown.claim.boot}")
    for word, lines in (("before", shown.before), ("after", shown.after)):
        for line in lines:
            say(f"{word:9} {_neighbour(line, zone)}")
    for day in shown.days:
        bells = ", ".join(f"{bell.title} {bell.starts:%H:%M}-{bell.ends:%H:%M}" for bell in day.bells)
        say(f"{day.on:%a} {day.on}  {bells or 'no class in the room'}")
    for report in shown.reported:
        say(f"reported  {_clock(report.at, zone)} {report}")
    for decision in shown.decisions:
        span = _span(decision.earliest_at, decision.latest_at, zone)
        say(f"decided   {span} by employee {decision.by.number}: {decision.reason}")


def _entry(text: str) -> Entry:
    station, _, rest = text.partition("/")
    epoch, _, sequence = rest.partition("/")
    if not (epoch.isdecimal() and sequence.isdecimal()):
        msg = f"{text!r} names no entry; write STATION/EPOCH/SEQUENCE as decide-time lists them"
        raise CentralError(msg)
    return Entry(lookup.station(station), int(epoch), int(sequence))


def _instant(text: str, zone: ZoneInfo, fold: int) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)
    except ValueError as error:
        msg = f"{text!r} is no time; write it like 2024-09-09T08:20, as the school's clocks show it"
        raise CentralError(msg) from error


def _whose(holders: Iterable[Student | Staff]) -> str:
    """Name the holders by number, never by name."""
    words = [
        f"{'employee' if isinstance(holder, Staff) else 'student'} {holder.number}" for holder in holders
    ]
    return " or ".join(words) or "a card nobody is known to hold"


def _neighbour(line: Neighbour, zone: ZoneInfo) -> str:
    span = _span(line.earliest_at, line.latest_at, zone)
    return f"entry {line.sequence} {line.what} {line.quality} {span}"


def _span(earliest_at: datetime | None, latest_at: datetime | None, zone: ZoneInfo) -> str:
    return f"{_clock(earliest_at, zone)} to {_clock(latest_at, zone)}"


def _clock(instant: datetime | None, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M:%S}" if instant else "unknown"
