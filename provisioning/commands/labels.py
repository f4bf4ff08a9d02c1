"""The command `labels`: a sheet of labels to stick on the stations."""

import argparse
from pathlib import Path

from provisioning import enrolment, inventory, labels
from provisioning.commands import ask_stations, complain, say
from provisioning.errors import BundleError

HELP = "print labels for the stations, 30 to a sheet"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command is told."""
    ask_stations(parser)
    parser.add_argument("--out", type=Path, required=True, help="the PDF, for US Letter sheets (Avery 5160)")
    parser.add_argument("--enrolment", type=Path, help="enrolment.json: its fingerprints go on the labels")
    parser.add_argument("--link", help="https://name of central's pages, where it is not the list's server")
    parser.add_argument("--skip", type=_places, default=0, help="labels already used of the first sheet")


def run(options: argparse.Namespace) -> int:
    """Write the sheets; 1 when a room's name could not be drawn as it is written."""
    known = enrolment.read(options.enrolment) if options.enrolment else None
    rooms = inventory.read(options.rooms).rooms(options.station)
    made = [labels.of(room, options.link, known) for room in rooms]
    try:
        options.out.write_bytes(labels.pdf(made, options.skip))
    except OSError as error:
        msg = f"cannot write {options.out} ({error.strerror}); name another file with --out"
        raise BundleError(msg) from error
    sheets = -(-(len(made) + options.skip) // labels.A_SHEET)
    say(f"{options.out}: {len(made)} labels on {sheets} sheets; print at 100 %, not fitted to the page")
    odd = labels.cannot_be_drawn(made)
    for station in odd:
        complain(f"the room of {station} has letters in no font of this machine; write them by hand")
    return 1 if odd else 0


def _places(text: str) -> int:
    if not text.isdecimal() or int(text) >= labels.A_SHEET:
        msg = f"{text!r} is no number of labels from 0 to {labels.A_SHEET - 1}"
        raise argparse.ArgumentTypeError(msg)
    return int(text)
