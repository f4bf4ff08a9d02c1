"""The command `verify`: a bundle looked at once more, with fresh eyes."""

import argparse
import os
from pathlib import Path

from provisioning import verify
from provisioning.commands import complain, say

HELP = "check a bundle that was written earlier"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command is told."""
    parser.add_argument("bundle", type=Path, help="the bundle's folder")


def run(options: argparse.Namespace) -> int:
    """Print a line for each problem and each check left out; 0 when there is no problem, else 1."""
    examination = verify.examine(options.bundle, _tool_path())
    for line in examination.findings:
        complain(line)
    for line in examination.skipped:
        say(line)
    state = f"{len(examination.findings)} problems" if examination.findings else "good"
    say(f"bundle of station {examination.station}: {state}")
    return 1 if examination.findings else 0


def _tool_path() -> str:
    # Debian keeps netplan in a folder that is not on an ordinary user's PATH.
    return os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
