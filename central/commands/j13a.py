"""The command `j13a`: keep the requests to the state for closed days and fallen attendance."""

import argparse
from pathlib import Path

from central.commands import Now, a_date, say, tell
from central.commands.emergency import j13a_papers
from central.config import CentralConfig
from central.domain.closure import RequestKind, RequestState
from central.domain.finding import Severity
from central.exchange.named_file import open_file
from central.law.emergency_findings import findings_on_decrease, findings_on_plans
from central.store import lookup
from central.store.models import SchoolYear
from central.store.queries.closures import requests
from central.work.closure_steps import Step, take_step
from central.work.closures import Wish, begin, replace_days
from central.work.recovery_act import Act

HELP = "keep requests to the state (Form J-13A): pre-fill, draft, file, approve, deny, list, data sheets"
_STEPS = {
    "file": (RequestState.FILED, "note that a request was sent, or take a decision back"),
    "approve": (RequestState.APPROVED, "note that the state approved it; only now it is credited"),
    "deny": (RequestState.DENIED, "note that the state denied it"),
}
_COLUMNS = "track,date and minutes for a closure; normal,attended for a material decrease"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask what to do with which request."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    drafting = _verb(verbs, "request", "draft a request with its days")
    drafting.add_argument("--days", required=True, type=Path, metavar="FILE.csv", help=_COLUMNS)
    drafting.add_argument("--kind", required=True, choices=[kind.value for kind in RequestKind])
    drafting.add_argument("--cause", required=True, metavar="TEXT", help="like fire, flood, smoke, epidemic")
    drafting.add_argument("--declared", action="store_true", help="the Governor declared an emergency")
    drafting.add_argument(
        "--continuity-plan", type=a_date, metavar="DATE", help="when the continuity plan was adopted"
    )
    days = _verb(verbs, "days", "put other days into a draft")
    days.add_argument("days", type=Path, metavar="FILE.csv", help=_COLUMNS)
    for name, (_, says) in _STEPS.items():
        step = _verb(verbs, name, says)
        step.add_argument("--on", required=True, type=a_date, metavar="DATE")
        step.add_argument("--evidence", required=True, metavar="TEXT", help="where form or letter is kept")
    j13a_papers.add_verbs(verbs)
    listing = verbs.add_parser("list", help="show every request of a year and where it stands")
    listing.add_argument("--year", required=True, metavar="YYYY-YY")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Keep or list; 1 when the list has something to say against a request."""
    del config
    year = lookup.school_year(args.year)
    if args.verb in j13a_papers.VERBS:
        return j13a_papers.run(args, year, now())
    if args.verb == "list":
        return _list(year)
    act = Act(lookup.staff(args.by), now(), args.reason)
    if args.verb == "request":
        wish = Wish(
            code=args.code,
            kind=RequestKind(args.kind),
            cause=args.cause,
            is_emergency_declared=args.declared,
            continuity_plan_on=args.continuity_plan,
        )
        tell(begin(year, wish, open_file(args.days), act))
    elif args.verb == "days":
        tell(replace_days(year, args.code, open_file(args.days), act))
    else:
        state = _STEPS[args.verb][0]
        take_step(year, Step(code=args.code, state=state, on=args.on, evidence=args.evidence), act)
        say(f"request {args.code} is {state}")
    return 0


def _list(year: SchoolYear) -> int:
    found = []
    for request in requests(year):
        days = f"{len(request.days)} days from {request.first_day} to {request.last_day}"
        when = f" on {request.decided_on}" if request.decided_on else ""
        minutes = sum(day.minutes for day in request.days)
        credit = f", {minutes} minutes" if request.kind is RequestKind.CLOSURE else ""
        say(f"{request.request}  {request.kind}, {request.cause}: {request.state}{when}, {days}{credit}")
        found += [*findings_on_plans(request), *findings_on_decrease(request)]
    for finding in found:
        say(f"finding {finding.rule} ({finding.citation}): {finding.subject}: {finding.says}")
        say(f"    {finding.remedy}")
    return 1 if any(finding.severity is not Severity.NOTICE for finding in found) else 0


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, says: str
) -> argparse.ArgumentParser:
    """Add a verb that writes something about one request, and so needs somebody who does it."""
    parser = verbs.add_parser(name, help=says)
    parser.add_argument("code", metavar="CODE", help="what the school calls the request")
    parser.add_argument("--year", required=True, metavar="YYYY-YY")
    parser.add_argument("--as", required=True, dest="by", metavar="STAFF_NUMBER", help="who does it")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why something on record changes")
    return parser
