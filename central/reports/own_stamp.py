"""Published: a stamp for papers that are no kind of report: their digest is of their own tables."""

from dataclasses import replace
from datetime import datetime

from central.law import provision
from central.reports import canonical
from central.reports.board_papers import Papers
from central.reports.stamp import Stamp
from central.store.models import SchoolYear
from central.work.local_days import local_date


def stamped(papers: Papers, word: str, year: SchoolYear, now: datetime) -> Papers:
    """Return papers that bear a stamp in every form; `word` is the command that writes them again.

    The line at their foot, which says when they were made, is no part of the digest.
    """
    school = year.school
    about = {"report": word, "school_code": school.code, "school_year": year.name}
    stamp = Stamp(
        word=word,
        title=papers.title,
        school=school.name,
        code=school.code,
        zone=school.time_zone,
        year=year.name,
        as_of=local_date(school, now),
        made_at=now,
        rule_set=provision.rule_set_version(),
        digest=canonical.digest_of(about | papers.members()),
        is_practice=school.is_practice,
        is_kind=False,
    )
    return replace(papers, stamp=stamp)
