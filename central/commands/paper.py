"""The command `paper`: the batches taken in, a batch withdrawn again, the paper behind a sheet."""

import argparse
from pathlib import Path

from central.commands import Now, a_date, say
from central.config import CentralConfig
from central.errors import CentralError
from central.exchange.named_file import open_file
from central.store import lookup
from central.store.models import AttendanceRecord, PaperBatch, PaperSheet
from central.work import paper_mappings, paper_scans, paper_withdrawal
from central.work.local_days import local_date
from central.work.paper_import import sections_of

HELP = "paper sheets that were taken in: list, withdraw, attach, mappings"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the verb and what it needs."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    verbs.add_parser("list", help="the batches so far, the newest first")
    withdraw = verbs.add_parser("withdraw", help="take a batch back; nothing of it is deleted")
    withdraw.add_argument("batch", type=int, metavar="BATCH")
    withdraw.add_argument("--why", required=True, metavar="REASON")
    withdraw.add_argument("--as", required=True, dest="by", metavar="STAFF_NUMBER")
    attach = verbs.add_parser("attach", help="a picture of a sheet, or where its paper is kept")
    attach.add_argument("sheet", metavar="NUMBER", help="of the sheet")
    attach.add_argument("--scan", type=Path, metavar="PICTURE")
    attach.add_argument("--kept", default="", metavar="WHERE")
    attach.add_argument("--collected-by", required=True, metavar="WHO")
    attach.add_argument("--collected-on", type=a_date, metavar="DATE")
    attach.add_argument("--as", required=True, dest="by", metavar="STAFF_NUMBER")
    verbs.add_parser("mappings", help="the ways of reading that are kept")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Carry the verb out; 1 where a withdrawn batch leaves records behind."""
    match args.verb:
        case "list":
            _list()
        case "withdraw":
            return _withdraw(args, now)
        case "attach":
            _attach(args, config, now)
        case _:
            for row in paper_mappings.mappings(lookup.the_school()):
                says = ", ".join(f"{key}={value}" for key, value in dict(row.columns).items())
                say(f"{row.name}  {says}  {row.at:%Y-%m-%d} by {row.by}")
    return 0


def _list() -> None:
    for batch in PaperBatch.objects.select_related("imported_by", "withdrawal").order_by("-pk"):
        counts = ", ".join(f"{count} {verdict}" for verdict, count in dict(batch.counts).items())
        classes = ", ".join(section.code for section in sections_of(batch))
        is_withdrawn = ", withdrawn" if hasattr(batch, "withdrawal") else ""
        at, by = batch.imported_at, batch.imported_by.number
        say(f"{batch.pk:5} {at:%Y-%m-%d %H:%M} by {by}: {batch.name} ({classes}): {counts}{is_withdrawn}")


def _withdraw(args: argparse.Namespace, now: Now) -> int:
    batch = PaperBatch.objects.filter(pk=args.batch).first()
    if batch is None:
        msg = f"there is no batch {args.batch}; `paper list` names them"
        raise CentralError(msg)
    done = paper_withdrawal.withdraw(batch, lookup.staff(args.by), args.why, now())
    say(f"batch {batch.pk} is withdrawn: {done.removed} records removed")
    left = paper_withdrawal.left_of(done)
    records = AttendanceRecord.objects.select_related("student", "section").in_bulk(
        [each.record for each in left]
    )
    for each in left:
        record = records[each.record]
        say(f"  stays: {record.student.number} {record.section.code} {record.on}: {each.why}")
    return 1 if left else 0


def _attach(args: argparse.Namespace, config: CentralConfig, now: Now) -> None:
    by = lookup.staff(args.by)
    sheets = PaperSheet.objects.filter(section__school=by.school, sheet=args.sheet)
    if not sheets:
        msg = f"no sheet {args.sheet} was taken in; take it in first"
        raise CentralError(msg)
    paper = paper_scans.Paper(
        collected_by=args.collected_by,
        collected_on=args.collected_on or local_date(by.school, now()),
        kept=args.kept,
        picture=open_file(args.scan) if args.scan else None,
    )
    say(f"the paper of {paper_scans.attach(sheets, paper, by, now(), config.data)} sheets is on record")
