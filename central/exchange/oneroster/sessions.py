"""Which org of a OneRoster file is the school, and what its academic sessions' dates mean."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from central.domain.calendar import SchoolYear
from central.exchange.oneroster.roster import EndDates, SchoolSought
from central.exchange.oneroster.tables import Tables
from central.exchange.problem import Problem, Where

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Session:
    """A term or other academic session; both days are part of it."""

    since: date
    until: date


def school(tables: Tables, sought: SchoolSought) -> str:
    """Return the sourcedId of the school sought; a file without it has a problem.

    A delta without orgs.csv is taken to be about the school known from earlier imports.
    """
    orgs = tables.of("orgs")
    if not orgs and sought.source_id:
        return sought.source_id
    schools = [key for key, row in orgs.items() if row.text("type").casefold() == "school"]
    found = [key for key in schools if key == sought.source_id]
    found = found or [key for key in schools if _is_same(tables, key, sought.code)]
    if len(found) == 1:
        return found[0]
    text = f"no school here has the identifier {sought.code}" if not found else "several schools fit"
    offered = ", ".join(schools[:10]) or "none"
    text = f"{text}; say which one is meant with --school SOURCEDID (there are: {offered})"
    tables.problems.append(Problem(Where("orgs.csv"), text))
    return ""


def _is_same(tables: Tables, source_id: str, code: str) -> bool:
    """Compare with a CDS code of 14 digits: 7 of the district, then 7 of the school."""
    row = tables.of("orgs")[source_id]
    parent = tables.of("orgs").get(row.text("parentSourcedId"))
    own = row.text("identifier")
    whole = (parent.text("identifier") if parent else "") + own
    return bool(own) and code in {own, whole, source_id}


def end_dates(tables: Tables, asked: EndDates | None) -> tuple[EndDates, str]:
    """Return how end dates of this file are meant, and why.

    The standard's text says the day after the last; most exports say the last day. A school year
    that ends on July 1, or a session that begins on the day another ends, tells them apart.
    """
    if asked:
        return asked, "it was asked for"
    spans = [
        (row.text("type"), row.text("startDate"), row.text("endDate"))
        for row in tables.of("academicSessions").values()
    ]
    ends = {end[5:] for kind, _, end in spans if kind.casefold() == "schoolyear"}
    starts = {start for _, start, _ in spans}
    if "06-30" in ends:
        return EndDates.LAST_DAY, "a school year ends on June 30"
    if "07-01" in ends or any(end in starts for _, start, end in spans if end != start):
        return EndDates.DAY_AFTER, "a session ends on the day another begins, or on July 1"
    return EndDates.LAST_DAY, "nothing in the file says otherwise; --end-dates decides it"


def last_day(end: date, reading: EndDates) -> date:
    """Return the last day meant by an end date."""
    return end if reading is EndDates.LAST_DAY else end - _DAY


def sessions(tables: Tables, reading: EndDates) -> dict[str, Session]:
    """Return the academic sessions by sourcedId; wrong ones are problems and left out."""
    found = {}
    for key, row in tables.of("academicSessions").items():
        since, end = row.needed_day("startDate"), row.needed_day("endDate")
        if since is None or end is None:
            continue
        until = last_day(end, reading)
        if until < since:
            row.problem(f"the session ends ({end}) before it begins ({since})", "endDate")
        elif SchoolYear.of(since) != SchoolYear.of(until):
            row.problem("the session runs past June 30; a school year ends there (EC 37200)", "endDate")
        else:
            found[key] = Session(since, until)
    return found
