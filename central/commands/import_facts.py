"""The command `import-facts`: dated facts about students, and since when they are asked for."""

import argparse
from pathlib import Path

from central.commands import Now, a_date, say, tell
from central.config import CentralConfig
from central.errors import CentralError
from central.exchange.named_file import open_file
from central.store import lookup
from central.work.facts import import_facts, keep_facts_since

HELP = "take in dated facts about students, such as residency, and say since when they are kept"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the file, the decision and who acts."""
    parser.add_argument(
        "file", nargs="?", type=Path, metavar="FILE.csv", help="student,fact,since,until,value,evidence"
    )
    parser.add_argument(
        "--kept-since", type=a_date, metavar="DATE", help="from here on a day counts only with its facts"
    )
    parser.add_argument("--reason", default="", metavar="TEXT", help="why facts are kept since then")
    parser.add_argument("--as", dest="by", required=True, metavar="STAFF_NUMBER", help="who keeps the facts")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Take the facts in, then keep the decision, and say what changed."""
    del config
    if not args.file and not args.kept_since:
        msg = "nothing to take in; name a file of facts or --kept-since"
        raise CentralError(msg)
    by, at = lookup.staff(args.by), now()
    if args.file:
        tell(import_facts(open_file(args.file), by, at))
    if args.kept_since:
        is_new = keep_facts_since(args.kept_since, args.reason, by, at)
        done = "from now on" if is_new else "as before,"
        say(f"{done} a day on or after {args.kept_since} counts only with the facts that allow it")
    return 0
