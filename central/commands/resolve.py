"""The command `resolve`: read new evidence and turn taps into provisional records."""

import argparse

from central.commands import Now, say
from central.config import CentralConfig
from central.store.models import Tap
from central.work.catch_up import catch_up

HELP = "read what stations sent and turn taps into provisional records"
_WAITS_FOR = {
    Tap.Outcome.UNKNOWN_CREDENTIAL: "of a card nobody is known to hold; import the credentials",
    Tap.Outcome.NO_SESSION: "where and when no class of the student is held",
    Tap.Outcome.NOT_ENROLLED: "in a class the student has no place in, or without an enrollment",
    Tap.Outcome.AMBIGUOUS: "of a card or class that could be either of two",
    Tap.Outcome.TIME_REVIEW: "at a time that is not proven; a person must decide",
    Tap.Outcome.UNPARSED: "that could not be read; kept as evidence",
    Tap.Outcome.DOUBTED_STATION: "of a station in doubt; find the copy, then clear-station",
    Tap.Outcome.REFUTED: "whose card or phone did not prove to be what it claims; never counted by itself",
    Tap.Outcome.AFTER_DECISION: "after a person had decided; shown in the class's inbox",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """There are none."""
    del parser


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Catch up once; 1 when a station is unknown or evidence is damaged."""
    del args
    done = catch_up(config, now())
    read = done.projected
    say(f"{read.batches} batches read: {read.taps} taps, {read.retimed} older ones timed better")
    say(f"{done.resolved.records} records new or changed")
    for outcome, what in _WAITS_FOR.items():
        count = Tap.objects.filter(outcome=outcome).count()
        if count:
            say(f"{count:6} {'tap' if count == 1 else 'taps'} {what}")
    for station in sorted(read.unknown_stations):
        say(f"station {station} is not in the records; its taps wait: commission it")
    if read.unreadable:
        say(f"{read.unreadable} batches in {config.evidence} are damaged; restore them from a backup")
    return 1 if read.unknown_stations or read.unreadable else 0
