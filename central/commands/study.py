"""The command `study`: keep independent study, its agreements, signatures and evaluated work."""

import argparse
import re
from pathlib import Path

from central.commands import Now, a_date, say, tell
from central.config import CentralConfig
from central.domain.enrolment import Modality
from central.domain.independent_study import Signer
from central.exchange.named_file import open_file
from central.exchange.problem import Where
from central.exchange.study_csv import AgreementLine
from central.law.study_agreement import complete_on, is_long, signers_needed
from central.store import lookup
from central.work.local_days import local_date
from central.work.recovery_act import Act
from central.work.study import Signature, add_agreement, import_agreements, set_staffing, sign
from central.work.study_claims import study_claim
from central.work.study_enrollments import Turn, turn
from central.work.study_withdrawal import withdraw_agreement
from central.work.study_work import import_work

HELP = "keep independent study: who is in it, agreements, signatures, evaluated work, staffing"
_HUNDREDTHS = re.compile(r"(\d{1,6})(?:\.(\d{1,2}))?")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask what to keep."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    enroll = _verb(verbs, "enroll", "say from when to when a student is taught by independent study")
    _student_and_days(enroll, ends=False)
    ways = [modality.value for modality in Modality]
    enroll.add_argument("--how", choices=ways, default=Modality.INDEPENDENT_STUDY.value)
    adding = _verb(verbs, "add-agreement", "add one agreement, or correct it with a reason")
    _student_and_days(adding, ends=True)
    adding.add_argument("--code", required=True, metavar="CODE", help="what the school calls the agreement")
    adding.add_argument("--evidence", required=True, metavar="TEXT", help="where the document is kept")
    adding.add_argument("--missing", default="", metavar="TEXT", help='elements it lacks: "course credits"')
    signing = _verb(verbs, "sign", "add one signature with its date")
    signing.add_argument("student", metavar="STUDENT_NUMBER")
    signing.add_argument("--code", required=True, metavar="CODE")
    signing.add_argument("--signer", required=True, choices=[signer.value for signer in Signer])
    signing.add_argument("--on", required=True, type=a_date, metavar="DATE")
    withdrawing = _verb(verbs, "withdraw", "say with the reason that an agreement never stood")
    withdrawing.add_argument("student", metavar="STUDENT_NUMBER")
    withdrawing.add_argument("--code", required=True, metavar="CODE")
    columns = "student,agreement,since,until,evidence,missing,studentSigned,parentSigned,..."
    agreements = _verb(verbs, "import-agreements", "take in agreements with their signatures")
    agreements.add_argument("file", type=Path, metavar="FILE.csv", help=columns)
    columns = "student,date,workMinutes,synchronousMinutes,engaged,evaluatedBy,evaluatedOn,due,handedIn"
    work = _verb(verbs, "import-work", "take in what each day's work was worth; the last row of a day counts")
    work.add_argument("file", type=Path, metavar="FILE.csv", help=f"{columns},evidence")
    staffing = _verb(verbs, "staffing", "say how many full-time equivalents teach independent study")
    staffing.add_argument("--year", required=True, metavar="YYYY-YY")
    staffing.add_argument("--fte", required=True, type=_hundredths, metavar="12.00")
    staffing.add_argument(
        "--other-ratio", type=_hundredths, metavar="25.00", help="of the alternative; empty: 25 to 1"
    )
    listing = verbs.add_parser("list", help="show each agreement and how many days count")
    listing.add_argument("--year", required=True, metavar="YYYY-YY")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Keep or list; 64 with nothing written where something is wrong."""
    del config
    if args.verb == "list":
        return _list(args.year, now)
    act = Act(lookup.staff(args.by), now(), args.reason)
    if args.verb == "enroll":
        wanted = Turn(args.since, args.until, Modality(args.how))
        say(f"{turn(lookup.student(args.student), wanted, act)} enrollments are parted")
    elif args.verb == "add-agreement":
        tell(add_agreement(_line(args), act))
    elif args.verb == "sign":
        tell(sign(Signature(args.student, args.code, Signer(args.signer), args.on), act))
    elif args.verb == "withdraw":
        withdraw_agreement(args.student, args.code, act)
        say(f"agreement {args.code} is withdrawn; it stays on file")
    elif args.verb == "import-agreements":
        tell(import_agreements(open_file(args.file), act))
    elif args.verb == "import-work":
        tell(import_work(open_file(args.file), act))
    else:
        set_staffing(lookup.school_year(args.year), args.fte, args.other_ratio, act)
        say(f"staffing of independent study in {args.year} is written down")
    return 0


def _list(name: str, now: Now) -> int:
    """Print a line an agreement; 1 where one of them does not hold."""
    year = lookup.school_year(name)
    claim = study_claim(year, None, local_date(year.school, now()))
    open_ones = 0
    for student, study in claim.studies.items():
        case, days = study.case, study.result.days
        say(f"student {student}: {len(study.places)} days of study so far, {len(days)} count")
        for agreement in case.agreements:
            needed = signers_needed(case, agreement)
            signed_on = complete_on(agreement, needed)
            length = "long" if is_long(agreement, study.taught) else "short"
            lacks = f", lacks {', '.join(agreement.missing)}" if agreement.missing else ""
            missing = sorted(needed - {signer for signer, _ in agreement.signed_on})
            word = f"signed {signed_on}" if signed_on else f"not signed by {', '.join(missing)}"
            open_ones += bool(agreement.missing) or signed_on is None
            say(f"    {agreement.agreement}  {agreement.since} to {agreement.until}  {length}  {word}{lacks}")
    say(f"{len(claim.studies)} students in independent study, {open_ones} agreements do not hold")
    return 1 if open_ones else 0


def _line(args: argparse.Namespace) -> AgreementLine:
    return AgreementLine(
        where=Where("add-agreement"),
        student=args.student,
        code=args.code,
        since=args.since,
        until=args.until,
        evidence=args.evidence,
        missing=args.missing,
        signed={},
    )


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, says: str
) -> argparse.ArgumentParser:
    """Add a verb that writes something, and so needs somebody who does it."""
    parser = verbs.add_parser(name, help=says)
    parser.add_argument("--as", required=True, dest="by", metavar="STAFF_NUMBER", help="who does it")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why something on record changes")
    return parser


def _student_and_days(parser: argparse.ArgumentParser, *, ends: bool) -> None:
    parser.add_argument("student", metavar="STUDENT_NUMBER")
    parser.add_argument("--since", required=True, type=a_date, metavar="DATE")
    parser.add_argument("--until", required=ends, type=a_date, metavar="DATE", help="the last day, included")


def _hundredths(text: str) -> int:
    found = _HUNDREDTHS.fullmatch(text)
    if found is None:
        msg = f"{text!r} is no number with up to two decimals; write it like 12.50"
        raise argparse.ArgumentTypeError(msg)
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
