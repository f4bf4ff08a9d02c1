"""The verbs of `kit` on the laptop: print, key, check, hand over; no records and no network are needed."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from central.commands import Now, say
from central.commands.kit import passphrase, printing
from central.config import CentralConfig
from central.errors import UnavailableError

if TYPE_CHECKING:
    from argparse import _SubParsersAction
    from contextlib import AbstractContextManager

    from central.kit.kit import Kit


def add_verbs(verbs: "_SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add what a laptop does."""
    printing.add_arguments(_verb(verbs, "print", "print class sheets from the kit into one PDF", _print))
    keying = _verb(verbs, "key", "key sheets line by line; may be stopped and resumed at any time", _key)
    keying.add_argument("--sheet", metavar="NUMBER", help="this one alone; otherwise it is asked for")
    keying.add_argument("--as", required=True, dest="by", metavar="STAFF_NUMBER")
    _verb(verbs, "check", "list what was printed and keyed, and every problem at once", _check)
    over = _verb(verbs, "hand-over", "write the signed file that central takes in", _hand_over)
    over.add_argument("--as", required=True, dest="by", metavar="STAFF_NUMBER")
    over.add_argument("--out", required=True, type=Path, metavar="FILE")


def _verb(
    verbs: "_SubParsersAction[argparse.ArgumentParser]", name: str, told: str, do: Callable[..., int]
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=told, description=told)
    parser.add_argument("--kit", required=True, type=Path, metavar="FILE", help="the kit as central saved it")
    passphrase.add_argument(parser)
    parser.set_defaults(do=do)
    return parser


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that was not there before, for its owner alone; raises UnavailableError."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        msg = f"{path} cannot be made ({error.strerror}); name another file"
        raise UnavailableError(msg) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
    except BaseException:
        # Half a sheet, or half of what was signed, would only mislead.
        path.unlink(missing_ok=True)
        raise


def _opened(args: argparse.Namespace) -> "AbstractContextManager[Kit]":
    from central.kit.kit import opened

    return opened(args.kit, passphrase.ask(args), os.urandom)


def _print(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Print, and say what lies in the file."""
    del config
    from central.kit.printing import print_sheets
    from central.reports import class_sheets, lettering

    letters = lettering.register()
    with _opened(args) as kit, _new_file(args.out) as file:
        sheets = print_sheets(kit, args.section or (), printing.span_of(args), kit.hand(args.by, now()))
        file.write(class_sheets.draw(sheets, letters))
    printing.tell(sheets, letters, args.out)
    return 0


def _key(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Key sheets until there is no further one."""
    del config
    from central.kit.chosen import Talk
    from central.kit.keying import key_sheets

    def told(line: str) -> None:
        say(line)
        sys.stdout.flush()

    with _opened(args) as kit:
        kit.person(args.by)
        key_sheets(kit, Talk(input, told, lambda: kit.hand(args.by, now())), args.sheet)
    return 0


def _check(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Show the kit's terms and every sheet; 1 where something must be seen to."""
    del config
    from central.kit.checks import check

    with _opened(args) as kit:
        terms = kit.contents.terms
        ended = "" if now() < terms.expires_at else " (ended: print from a newer kit)"
        say(f"kit {terms.kit}, {len(kit.contents.classes)} classes, days to {terms.last_on}{ended}")
        for printed in kit.work.printed.values():
            state = "keyed" if printed.number in kit.work.sheets else "not keyed"
            say(f"  {printed.number}  {printed.section:12} {printed.on_first} printed, {state}")
        checked = check(kit)
    for each in checked:
        done = "done" if each.is_done else "not done"
        say(f"  {each.number}  {each.section:12} {each.good} lines good, {each.open_lines} open, {done}")
        for problem in each.problems:
            say(f"    {problem}")
    return int(any(each.problems or not each.is_done for each in checked))


def _hand_over(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Write the file, whole or not at all."""
    del config
    from central.kit.hand_over import write

    with _opened(args) as kit:
        data = write(kit, kit.hand(args.by, now()))
        done = sum(sheet.done is not None for sheet in kit.work.sheets.values())
    with _new_file(args.out) as file:
        file.write(data)
    say(f"{done} keyed sheets in {args.out}; keep the paper, and take the file to central")
    return 0
