"""The command `salvage`: bring the taps of an old card to central by hand."""

import argparse
import tempfile
from pathlib import Path

from provisioning import old_card
from provisioning.commands import say
from provisioning.errors import SalvageError

HELP = "write what an old card still holds as files for central"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command is told."""
    parser.add_argument(
        "card", type=Path, help="where the card's second partition is mounted, or a copy of it"
    )
    parser.add_argument("--out", type=Path, required=True, help="a folder for the files, made if need be")


def run(options: argparse.Namespace) -> int:
    """Copy, prove and write out; the card itself is only read."""
    try:
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"{options.out} cannot be made ({error.strerror}); name another folder"
        raise SalvageError(msg) from error
    with tempfile.TemporaryDirectory(prefix="rollbook-salvage-") as folder:
        settings = old_card.copy(options.card, Path(folder))
        for line in (*old_card.mend(settings), *old_card.write_out(settings, options.out)):
            say(line)
    say(f"on the server: rollbook-central import-usb {options.out}")
    return 0
