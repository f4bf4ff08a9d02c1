"""What the command `report` is asked for, and which of it goes together."""

import argparse
from pathlib import Path
from typing import Final

from central.commands import a_date
from central.domain.period import Edition
from central.errors import CentralError
from central.reports.kinds import FORMS, words

_NO_TEXT: Final = ("xlsx", "pdf")


def ask(parser: argparse.ArgumentParser) -> None:
    """Ask for the kind, the year, the day as of which, the form, and what to do with it."""
    parser.add_argument("kind", choices=words())
    parser.add_argument("--year", required=True, metavar="YYYY-YY", help="like 2024-25")
    parser.add_argument(
        "--as-of", type=a_date, metavar="DATE", help="count what was certified by its end; today"
    )
    parser.add_argument("--format", choices=FORMS, default="text")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write report and proof sheet there")
    _ask_to_close(parser)
    _ask_elsewhere(parser)


def _ask_to_close(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--close", action="store_true", help="freeze it beside those closed before")
    parser.add_argument("--as", dest="by", metavar="STAFF_NUMBER", help="who closes it")
    named = [edition.value for edition in Edition]
    parser.add_argument("--edition", choices=named, help="as what; the first is original, later ones revised")
    parser.add_argument("--reason", default="", help="why it differs from the one closed before")
    parser.add_argument(
        "--audited-on", type=a_date, metavar="DATE", help="when the year's audit was completed"
    )
    parser.add_argument("--editions", action="store_true", help="show the closed ones side by side instead")
    parser.add_argument(
        "--what-if",
        action="append",
        metavar="KEY=VALUE",
        help="suppose something; KEY=VALUE that is not understood lists what can be supposed",
    )


def _ask_elsewhere(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--verify", type=Path, metavar="FILE", help="make it again and name what differs")
    parser.add_argument("--sign-with", type=Path, metavar="FILE", help="sign the PDF: a .p12, mode 0600")
    parser.add_argument("--sign-pass-file", type=Path, metavar="FILE", help="its passphrase, mode 0600")
    parser.add_argument("--server", metavar="URL", help="fetch it from the server there, by a token")
    parser.add_argument("--token-file", type=Path, metavar="FILE", help="the token's secret, mode 0600")
    parser.add_argument("--ca-file", type=Path, metavar="FILE", help="of the school's own authority")


def require_together(args: argparse.Namespace) -> None:
    """Refuse options that do not belong together; raises CentralError with what to do."""
    is_paper, is_other = args.format in _NO_TEXT, bool(args.what_if or args.editions)
    is_signed, says_how = bool(args.sign_with), bool(args.edition or args.reason or args.audited_on)
    refused = (
        (
            args.verify and (args.close or is_other or args.server or args.out or is_signed),
            "--verify reads one file and writes nothing; leave the other options out",
        ),
        (
            is_paper and not (args.out or args.verify),
            f"{args.format} is no text to print; say with --out FOLDER where to write it",
        ),
        (
            is_paper and is_other,
            f"suppositions and editions are written as text, json or csv, not as {args.format}",
        ),
        (
            is_signed != bool(args.sign_pass_file) or (is_signed and args.format != "pdf"),
            "--sign-with and --sign-pass-file go together, and with --format pdf alone",
        ),
        (
            args.close and not args.by,
            "--close needs --as STAFF_NUMBER: a closed report bears somebody's name",
        ),
        (
            args.close and is_other,
            "a supposition cannot be closed; leave out --close, or --what-if and --editions",
        ),
        (
            bool(args.server) != bool(args.token_file),
            "--server and --token-file go together: a server tells its reports to who bears a token",
        ),
        (
            args.server and (args.close or is_other),
            "what a server closed or supposed is asked for on that server; leave out --server",
        ),
        (
            says_how and not args.close,
            "--edition, --reason and --audited-on say how a report is closed; add --close",
        ),
    )
    for is_so, msg in refused:
        if is_so:
            raise CentralError(msg)
