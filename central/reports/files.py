"""Published: a report as its files, stamped, and whether anything in it asks for attention."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from central.domain.finding import Severity
from central.errors import CentralError
from central.law import provision
from central.reports import canonical, indented, render_csv
from central.reports.kinds import Kind, Report, caveats_of
from central.reports.paper_findings import with_findings
from central.reports.render_text import WIDTH, wrapped
from central.reports.stamp import Stamp
from central.store.models import SchoolYear

_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_. -]*")
_OF_PAPER: Final = ("xlsx", "pdf")


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """The files of one report by their names, the report itself first.

    `is_quiet` where no finding is more than a notice.
    """

    files: Mapping[str, bytes]
    is_quiet: bool


What = tuple[Kind, SchoolYear, date]
"""Which report: its kind, its year, and the day as of which."""


def stem(what: What) -> str:
    """Return what the files of a report are called, before what tells them apart."""
    kind, year, as_of = what
    practice = "PRACTICE_" if year.school.is_practice else ""
    return f"{practice}{kind.name}_{year.name}_as-of_{as_of}"


def named(what: What, texts: Mapping[str, str]) -> dict[str, bytes]:
    """Return texts that are known by their suffixes by the names of their files, in UTF-8."""
    return {f"{stem(what)}{suffix}": text.encode() for suffix, text in texts.items()}


def written(report: Report, what: What, form: str, made_at: datetime) -> ReportFiles:
    """Write a report down in one of the forms of `kinds.FORMS`, with its stamp."""
    is_quiet = all(found.severity is Severity.NOTICE for found in report.findings)
    files = {f"{stem(what)}{suffix}": data for suffix, data in stamped(report, what, form, made_at).items()}
    return ReportFiles(files, is_quiet)


def stamped(report: Report, what: What, form: str, made_at: datetime) -> dict[str, bytes]:
    """Return the files of a report by their suffixes, the report itself first."""
    kind = what[0]
    members = members_of(report, what)
    stamp = stamp_of(what, canonical.digest_of(members), made_at)
    if form in _OF_PAPER:
        papers = with_findings(kind.papers(report), report.findings, caveats_of(report))
        return {f".{form}": papers.written(form, stamp)}
    texts = dict(kind.write(report, form))
    first = next(iter(texts))
    if form == "json":
        members |= {"stamp": stamp.members()}
        texts[first] = indented.text(members)
    elif form == "text":
        texts[first] += _foot(stamp)
    else:
        # A line more in a table of columns would be read as data; so the stamp of a CSV stands beside it.
        texts["_stamp.csv"] = render_csv.table([("what", "says"), *stamp.rows])
    return {suffix: text.encode() for suffix, text in texts.items()}


def members_of(report: Report, what: What) -> dict[str, Any]:  # Any: JSON of mixed shapes
    """Return a report as the JSON its canonical data is made of, beginning with what it is about."""
    kind, year, as_of = what
    school = year.school
    head = {
        "version": 1,
        "report": kind.word,
        "school": {"name": school.name, "code": school.code, "is_practice": school.is_practice},
        "school_year": year.name,
        "as_of": as_of.isoformat(),
        "time_zone": school.time_zone,
        "rule_set": provision.rule_set_version(),
    }
    said: dict[str, Any] = json.loads(next(iter(kind.write(report, "json").values())))  # Any: as above
    return head | said


def stamp_of(what: What, digest: str, made_at: datetime) -> Stamp:
    """Return the stamp of a report whose canonical data has a digest."""
    kind, year, as_of = what
    school = year.school
    return Stamp(
        word=kind.word,
        title=kind.title,
        school=school.name,
        code=school.code,
        zone=school.time_zone,
        year=year.name,
        as_of=as_of,
        made_at=made_at,
        rule_set=provision.rule_set_version(),
        digest=digest,
        is_practice=school.is_practice,
    )


def report_files(what: What, now: datetime, form: str) -> ReportFiles:
    """Compute a report and write it down in one form; raises CentralError where it cannot be computed."""
    kind, year, as_of = what
    return written(kind.make(year, as_of, now), what, form, now)


def plain_name(name: str) -> str:
    """Return the name of a file another server gave, which may lead nowhere; raises CentralError."""
    if not _PLAIN.fullmatch(name):
        msg = f"a report's file is not called {name!r}; whoever answered is no Rollbook server"
        raise CentralError(msg)
    return name


def _foot(stamp: Stamp) -> str:
    lines = ["-" * WIDTH]
    for what, says in stamp.rows:
        lines += wrapped(f"{what}: {says}", "    ", first="")
    return "\n".join(lines) + "\n"
