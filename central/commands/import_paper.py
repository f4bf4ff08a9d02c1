"""The command `import-paper`: take in any file of paper sheets, or look at what it would do."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from rich.progress import Progress as Bar

from central.commands import Now, a_date, say
from central.commands.kit.office import take_in as take_in_kit
from central.config import CentralConfig
from central.errors import CentralError
from central.exchange.named_file import NamedFile, open_file
from central.store import lookup
from central.store.models import PaperBatch, Staff
from central.work import paper_files, paper_import, paper_mappings, paper_scans
from central.work.local_days import local_date
from central.work.paper_preview import Preview, PreviewRow, Progress, Wish, silent
from central.work.paper_verdict import Verdict

HELP = "take in paper sheets from any spreadsheet: CSV, TSV, TXT, XLSX, XLS, ODS"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the file, how it is to be read, and who keyed it."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("file", nargs="?", type=Path, metavar="FILE")
    which.add_argument("--kit", type=Path, metavar="FILE", help="the signed file of a laptop's kit instead")
    parser.add_argument("--section", metavar="CODE", help="the one class it is of; default: each line's own")
    parser.add_argument("--sheet", default="", metavar="NUMBER", help="as printed on the sheet")
    parser.add_argument("--on", type=a_date, metavar="DATE", help="finds a section of another year")
    parser.add_argument(
        "--read", action="append", default=[], metavar="KEY=VALUE", help="read it so; the keys are shown"
    )
    parser.add_argument("--mapping", default="", metavar="NAME", help="read it as was kept under this name")
    parser.add_argument("--save-mapping", default="", metavar="NAME", help="keep how it was read")
    parser.add_argument(
        "--leave-out-refused", action="store_true", help="take the other lines in, without those refused"
    )
    parser.add_argument("--scan", type=Path, metavar="PICTURE", help="of the sheet, kept with the records")
    parser.add_argument("--kept", default="", metavar="WHERE", help="where the paper is kept")
    parser.add_argument("--collected-by", default="", metavar="WHO", help="who collected the paper")
    parser.add_argument("--collected-on", type=a_date, metavar="DATE", help="when; default: today")
    parser.add_argument("--as", required=True, dest="by", metavar="STAFF_NUMBER")
    parser.add_argument("--dry-run", action="store_true", help="show what would happen and write nothing")
    parser.add_argument("--quiet", action="store_true", help="show the lines that need somebody, not all")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Show each line's verdict and, unless only shown, write them all; 1 where a line needs somebody."""
    if args.kit:
        return take_in_kit(args.kit, args.by, config, now, is_dry=args.dry_run)
    by, at = lookup.staff(args.by), now()
    today = local_date(by.school, at)
    wish = _wish(args, by, today)
    with _progress() as progress:
        if args.dry_run:
            preview, batch, records = paper_import.look(wish, by, at, progress), None, 0
        else:
            taken = paper_import.accept(
                wish, by, at, leaves_refused=args.leave_out_refused, progress=progress
            )
            preview, batch, records = taken.preview, taken.batch, taken.records
    _show(preview, is_quiet=args.quiet)
    if args.dry_run:
        say("nothing was written (--dry-run)")
    else:
        _told(batch, records, preview)
    if args.save_mapping:
        paper_mappings.save(args.save_mapping, preview.choices, by, at)
        say(f"how it was read is kept as {args.save_mapping}")
    if batch is not None:
        _keep(args, wish.file, batch, by, config, now)
    needs = {Verdict.CONFLICTS, Verdict.NO_OUTAGE, Verdict.REFUSED}
    return 1 if preview.asks or preview.faults or any(row.verdict in needs for row in preview.rows) else 0


def _wish(args: argparse.Namespace, by: Staff, today: date) -> Wish:
    told = paper_mappings.the_choices(by.school, args.mapping) if args.mapping else {}
    told |= dict(map(_choice, args.read))
    section = lookup.section(args.section, args.on or today) if args.section else None
    return Wish(open_file(args.file), told, section, args.sheet)


def _choice(text: str) -> tuple[str, str]:
    key, is_said, value = text.partition("=")
    if not is_said or not key.strip():
        msg = f"{text!r} says nothing; write KEY=VALUE, like dates=mdy"
        raise CentralError(msg)
    return key.strip(), value.strip()


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show a bar to a person at a terminal, and nothing in a pipe."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def told(what: str, done: int, of: int) -> None:
            bar.update(task, description=what, completed=done, total=of or None)

        yield told


def _show(preview: Preview, *, is_quiet: bool) -> None:
    for guess in preview.guesses:
        mark = "?" if guess.asks else " "
        others = (
            f"; or {', '.join(each for each in guess.options if each != guess.chosen)}"
            if guess.options
            else ""
        )
        how = "as was said" if guess.is_said else str(guess.why)
        say(f"{mark} {guess.key} = {guess.chosen or '(say it)'}: {how}{others}")
    for row in preview.rows:
        if not is_quiet or row.verdict in {Verdict.CONFLICTS, Verdict.REFUSED} or row.notes:
            say(_line(row))
    for line, why in preview.faults:
        say(f"  line {line:5}  {Verdict.REFUSED}: {why}")
    for left in preview.left_out:
        say(f"  line {left.line:5}  left out: {left.why}")
    _sum(preview.counts)


def _line(row: PreviewRow) -> str:
    whose = row.student.number if row.student else row.entry.number
    section = row.section.code if row.section else "-"
    says = "; ".join(map(str, (*row.problems, *row.notes)))
    mark = "" if row.verdict is Verdict.NOTHING else row.mark
    told = f"  line {row.line:5}  {whose:12} {section:10} {row.on or '-'!s:10} {mark:8} {row.verdict}"
    return f"{told} ({says})" if says else told


def _sum(counts: Mapping[str, int]) -> None:
    for verdict, count in counts.items():
        say(f"{count:7} {verdict}")


def _told(batch: PaperBatch | None, records: int, preview: Preview) -> None:
    if batch is None:
        say(f"0 records made from {preview.file.name}: every line was taken in before, or says nothing")
        return
    sheets = sorted(set(batch.sheets.values_list("sheet", flat=True)))
    named = f"sheet {sheets[0]}" if len(sheets) == 1 else f"{len(sheets)} sheets"
    say(f"{records} records made from {named}; batch {batch.pk}")


def _keep(
    args: argparse.Namespace, file: NamedFile, batch: PaperBatch, by: Staff, config: CentralConfig, now: Now
) -> None:
    """Keep the file, and what is said of the paper it was keyed from."""
    paper_files.keep(config.data, file)
    if not (args.scan or args.kept or args.collected_by):
        return
    paper = paper_scans.Paper(
        collected_by=args.collected_by,
        collected_on=args.collected_on or local_date(by.school, now()),
        kept=args.kept,
        picture=open_file(args.scan) if args.scan else None,
    )
    sheets = paper_scans.attach(batch.sheets.all(), paper, by, now(), config.data)
    say(f"the paper of {sheets} sheets is on record")
