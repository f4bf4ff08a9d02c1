"""The command `packet`: write one file an auditor takes to another machine and proves without us."""

import argparse
from pathlib import Path

from central.commands import Now, a_date, say
from central.config import CentralConfig
from central.reports.packet import packet, shelf
from central.reports.packet.packet import Wish
from central.store import lookup

HELP = "write an audit packet: one file an auditor proves on another machine, without this server"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask what the packet is to be of, and where it is written."""
    parser.add_argument("--year", required=True, metavar="YEAR", help="like 2024-25")
    parser.add_argument("--as-of", required=True, type=a_date, metavar="DATE")
    parser.add_argument("--sample", required=True, type=int, metavar="NUMBER", help="records to follow whole")
    parser.add_argument("--seed", required=True, type=int, metavar="NUMBER", help="draws them, and again")
    parser.add_argument("--month", type=int, metavar="NUMBER", help="this school month of every track alone")
    parser.add_argument("--as", dest="by", required=True, metavar="STAFF_NUMBER")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="a new file; default: beside the records, as the page does"
    )


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Write the packet, proven, and say what to give to whom."""
    year = lookup.school_year(args.year)
    wish = Wish(args.as_of, args.sample, args.seed, args.month)
    by = lookup.staff(args.by)
    if args.out is None:
        made = shelf.make(config, year, wish, by, now())
    else:
        made = packet.write(config, year, wish, by, now(), args.out)
    about = made.about
    say(f"wrote {made.path} ({made.size // 1024} KiB), proven as an auditor would")
    say(f"population  {about.population} certified records, SHA-256 {about.population_sha256}")
    say(f"sample      {min(about.sample, about.population)} records, seed {about.seed}")
    say(f"SHA-256     {made.sha256}")
    say(f"give {config.keys / 'server-ack.pub'} to the auditor by another way than the packet; then:")
    say(f"rollbook-central verify packet {made.path.name} --server-key server-ack.pub")
    return 0
