"""The command `restore-drill`: prove that the newest backup can be put back, beside the live central."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from central.commands import Now, author, say
from central.commands.check import unproven
from central.config import CentralConfig
from central.errors import UnavailableError
from central.work.drill import newest, note, rehearse

HELP = "prove that the newest backup can be put back, in a throw-away folder beside the live central"
_PATIENCE_S = 3 * 60 * 60


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the backups and for room; what the second process is told stays out of the help."""
    parser.add_argument(
        "folder", type=Path, metavar="DIR", help="the folder of backups, or one backup inside it"
    )
    parser.add_argument(
        "--scratch", type=Path, metavar="DIR", help="where there is room for one more (default: DIR itself)"
    )
    parser.add_argument("--prove", action="store_true", help=argparse.SUPPRESS)


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Rehearse, tell, and keep it among what people did; 0 when proven, 1 with findings."""
    if args.prove:
        say(json.dumps(list(unproven(config))))
        return 0
    backup = newest(args.folder)
    began_at = now()
    done = rehearse(config, backup, args.scratch or backup.path.parent, began_at, _prove)
    ended_at = now()
    took_s = (ended_at - began_at).total_seconds()
    note(done, author(), ended_at)
    say(f"rehearsed {backup.path.name}, made {backup.made_at:%Y-%m-%d %H:%M} UTC, in {took_s:.1f} s")
    say(f"evidence  {done.batches} batches came back; central holds {done.live_batches} today, and stations")
    say("          would send the rest again by themselves")
    say(f"records   {done.rows} rows that are written once came back; central holds {done.live_rows} today:")
    say(f"          {max(done.live_rows - done.rows, 0)} acts of staff since are in no copy but the live one")
    for finding in done.findings:
        say(f"finding   {finding}")
    say("proven: this backup can be put back" if done.is_proven else f"{len(done.findings)} findings")
    return 0 if done.is_proven else 1


def _prove(config: CentralConfig) -> list[str]:
    """Bring the restored records to this release's form and prove them, as whoever restores would."""
    _central(config, "migrate")
    told = _central(config, "restore-drill", ".", "--prove").splitlines()[-1]
    return [str(sentence) for sentence in json.loads(told)]


def _central(config: CentralConfig, *arguments: str) -> str:
    named = config.data.parent / "central.toml"
    command = [sys.executable, "-m", "central.cli", "--config", str(named), *arguments]
    done = subprocess.run(  # noqa: S603  our own program
        command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False
    )
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()[-1]
        msg = f"the restored copy cannot be used: {said}"
        raise UnavailableError(msg)
    return done.stdout
