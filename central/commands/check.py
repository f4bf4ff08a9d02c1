"""The command `check`: everything a phone call with IT needs, on one screen."""

import argparse
import os
import platform
import sqlite3
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import django

from central import config as configuration
from central.commands import Now, say
from central.config import CentralConfig
from central.errors import CentralError
from central.intake.audit import audit
from central.intake.keyring import Keyring
from central.intake.own_error import own_error
from central.law.provision import rule_set_version
from central.store import readiness
from central.work import health, keys
from sync_agent.signing import VerifyKey

if TYPE_CHECKING:
    from central.store.models import School

HELP = "show configuration, versions, databases, keys and backlog on one screen"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask how much to show."""
    parser.add_argument(
        "--stations", action="store_true", help="list the stations in use and what they reported"
    )
    parser.add_argument(
        "--evidence",
        action="store_true",
        help="prove every batch again from its bytes, and every record from its decisions; takes a while",
    )


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Print the state of this central; 0 when all is well, 1 with findings, 78 or 69 when it cannot work."""
    say(f"rollbook {_version()}, rule set {rule_set_version()}, Python {platform.python_version()},")
    say(f"Django {django.__version__}, SQLite {sqlite3.sqlite_version}, on {platform.platform(terse=True)}")
    _show_config(config)
    now_at = now()
    problems: list[str] = []
    code = 0
    try:
        school = readiness.require(config)
    except CentralError as error:
        problems += [str(error), *(each.says for each in health.of_files(config))]
        code = error.exit_code
    else:
        problems += [each.says for each in health.problems(config, now_at)]
        code = 1 if problems else 0
        say(f"school    {school.name} ({school.code})")
        if school.is_practice:
            say("PRACTICE  this is a practice school: nothing here is ever claimed")
        elif finding := own_error(config).finding():
            problems.append(finding)
            code = 1
        local = now_at.astimezone(ZoneInfo(school.time_zone))
        say(f"time      {now_at:%Y-%m-%d %H:%M:%S} UTC, {local:%a %Y-%m-%d %H:%M} at the school")
        try:
            _show_records(config)
            problems += _show_drill(now())
            code = 1 if problems else code
            if args.stations:
                _show_stations(school, config, now_at)
            if args.evidence:
                problems += unproven(config)
                code = 1 if problems else code
        except CentralError as error:
            problems.append(str(error))
            code = error.exit_code
    for problem in problems:
        say(f"finding   {problem}")
    say("all is well" if not problems else f"{len(problems)} findings")
    return code


def _show_config(config: CentralConfig) -> None:
    path = os.environ.get(configuration.ENVIRONMENT, "")
    written = tomllib.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    say(f"config    {path}")
    for field in fields(config):
        source = "file" if field.name in written else "default"
        say(f"          {field.name} = {getattr(config, field.name)!r} ({source})")


def _show_records(config: CentralConfig) -> None:
    from central.store.queries import standing

    sizes = standing.sizes(config)
    held = [f"{name}: {'none yet' if size is None else f'{size // 1024} KiB'}" for name, size in sizes]
    say(f"database  {', '.join(held)}")
    say(f"          records migrated, {standing.durability()}")
    behind = standing.backlog(config.evidence_at)
    say(
        f"evidence  {behind.received} is the last batch, {behind.projected} the last in the records: "
        f"{behind.waiting} to read"
    )
    say("holds     " + ", ".join(f"{count} {what}" for what, count in standing.counts().items()))
    for name in (keys.ACK, keys.CONFIG, *([keys.ISSUER] if keys.has_issuer(config.keys) else [])):
        say(f"key       {name} {keys.public(config.keys, name)}")
    say(f"key       of the school's NTAG 424 tags: {'kept' if keys.has_tag_keys(config.keys) else 'none'}")


def _show_drill(now: datetime) -> list[str]:
    from central.work import drill

    last = drill.last_proven()
    told = f"{last[0]} was proven to come back {(now - last[1]).days} days ago" if last else "none yet"
    say(f"drill     {told}")
    late = drill.overdue(now)
    return [late] if late else []


def _show_stations(school: "School", config: CentralConfig, now: datetime) -> None:
    from central.store.evidence import Evidence
    from central.work.stations import glance

    zone = ZoneInfo(school.time_zone)
    for line in glance(school, now, Evidence(config.evidence_at)):
        say(f"station   {line.station.code} in {line.station.room.name}")
        for doubt in line.doubts:
            say(
                f"          IN DOUBT ({doubt.reason}) since {_local(doubt.since_at, zone)}: "
                f"{line.doubted_taps} taps wait; find the copy, then clear-station"
            )
        for aside in line.aside:
            say(
                f"          set aside ({aside.reason}): {aside.count} messages, "
                f"{_local(aside.first_at, zone)} to {_local(aside.last_at, zone)}"
            )
        for occurrence in line.occurrences:
            at = _local(occurrence.at, zone) if occurrence.at else "unknown"
            say(f"          {'at' if occurrence.is_exact else 'before'} {at}: {occurrence}")


def _local(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"


def unproven(config: CentralConfig) -> Iterator[str]:
    """Yield what does not prove itself: the stations' batches, the records, and all that is written once."""
    from central.store.evidence import Evidence
    from central.store.queries import histories
    from central.work import audit_heads
    from central.work.live_records import live_records

    if Evidence(config.evidence_at).is_begun():
        keyring = Keyring(config.data / "keyring.json")
        server_key = VerifyKey.from_hex(keys.public(config.keys, keys.ACK))
        count = 0
        for found in audit(config.evidence_at, keyring, server_key):
            count += 1
            where = f"batch {found.srv_seq}" if found.srv_seq is not None else "the whole of it"
            yield f"station {found.station} epoch {found.epoch}, {where}: {found.what}"
        say(f"proof     the evidence was read whole: {count} findings")
    count = 0
    for sentence in histories.broken():
        count += 1
        yield sentence
    say(f"proof     the decisions were read whole: {count} findings")
    count, signed = 0, len(audit_heads.files(config.data))
    key = VerifyKey.from_hex(keys.public(config.keys, keys.ACK))
    with live_records(config) as records:
        for sentence in audit_heads.proven(config.data, records, key):
            count += 1
            yield sentence
    say(f"proof     what is written once was held against {signed} signed heads: {count} findings")


def _version() -> str:
    try:
        return metadata.version("rollbook")
    except metadata.PackageNotFoundError:
        return "(not installed, run from its folder)"
