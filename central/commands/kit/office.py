"""The verbs of `kit` at central: save one, list them, withdraw one, take in what one hands over."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from central.commands import Now, say
from central.commands.kit import passphrase
from central.config import CentralConfig
from central.exchange.named_file import open_file

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_verbs(verbs: "_SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add what the office does."""
    told = "save a kit: the classes of the next two weeks, encrypted, for one laptop"
    saving = verbs.add_parser("save", help=told, description=told)
    saving.add_argument("folder", type=Path, metavar="DIR")
    saving.add_argument("--as", required=True, dest="by", metavar="STAFF_NUMBER")
    passphrase.add_argument(saving)
    saving.set_defaults(do=_save)
    told = "list the kits, until when they work, and what they handed over"
    listing = verbs.add_parser("list", help=told, description=told)
    listing.set_defaults(do=_list)
    told = "take nothing more from a kit whose laptop is lost"
    withdrawing = verbs.add_parser("withdraw", help=told, description=told)
    withdrawing.add_argument("kit", metavar="NAME")
    withdrawing.add_argument("--as", required=True, dest="by", metavar="STAFF_NUMBER")
    withdrawing.add_argument("--why", required=True, metavar="TEXT")
    withdrawing.set_defaults(do=_withdraw)
    told = "take in the signed file of a kit, once"
    taking = verbs.add_parser("take-in", help=told, description=told)
    taking.add_argument("file", type=Path, metavar="FILE")
    taking.add_argument("--as", required=True, dest="by", metavar="STAFF_NUMBER")
    taking.add_argument("--dry-run", action="store_true", help="show what would happen and write nothing")
    taking.set_defaults(do=_take_in)


def take_in(path: Path, by: str, config: CentralConfig, now: Now, *, is_dry: bool) -> int:
    """Take in a kit's file, or show what it would bring; 1 when rows need somebody to look at them."""
    from central.store import lookup
    from central.work import kit_hand_over

    file, staff = open_file(path), lookup.staff(by)
    judged = kit_hand_over.look_at(config, file, staff, now())
    say(f"kit {judged.kit.name}, handed over by {judged.over.by} at {judged.over.at:%Y-%m-%d %H:%M} UTC")
    if judged.is_known:
        say("nothing changed: this file was taken in before")
        return 0
    verdicts: dict[str, int] = {}
    for sheet in judged.sheets:
        say(f"  sheet {sheet.sheet}  {sheet.section.code}")
        for row in sheet.rows:
            say(f"    {row.student.number:12} {row.on} {row.mark:8} {row.verdict}")
            verdicts[row.verdict] = verdicts.get(row.verdict, 0) + 1
    if is_dry:
        say("nothing was written (--dry-run)")
        return 0
    done = kit_hand_over.take_in(config, file, staff, now())
    say(f"{done.sheets} sheets taken in, {done.records} records made; their teachers certify them")
    return 0


def _save(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    _open_records(config)
    from central.store import lookup
    from central.work import kit_saving, kits

    by = lookup.staff(args.by)
    saving = kits.Saving(by, passphrase.ask(args, is_new=True), os.urandom)
    path = kit_saving.save_into(config, args.folder, saving, now())
    say(f"saved {path}; it opens with its passphrase alone: tell that to whoever has the laptop, not by mail")
    return 0


def _list(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    _open_records(config)
    from central.store.models import PaperKit

    del args
    for kit in PaperKit.objects.order_by("-made_at").prefetch_related("hand_overs"):
        ended = "withdrawn" if kit.withdrawn_at else "ended" if now() >= kit.expires_at else "in use"
        files = len(kit.hand_overs.all())
        say(f"{kit.name:10} {kit.made_at:%Y-%m-%d} days to {kit.last_on} {ended:10} {files} handed over")
    return 0


def _withdraw(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    _open_records(config)
    from central.store import lookup
    from central.work import kits

    kits.withdraw(args.kit, lookup.staff(args.by), args.why, now())
    say(f"kit {args.kit} is withdrawn; its sheets are keyed from the paper")
    return 0


def _take_in(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    _open_records(config)
    return take_in(args.file, args.by, config, now, is_dry=args.dry_run)


def _open_records(config: CentralConfig) -> None:
    """Only here: on a laptop the same command runs without any."""
    from central.store import readiness

    readiness.set_up()
    if readiness.require(config).is_practice:
        say("PRACTICE school: nothing here is ever claimed")
