"""Take a bell schedule into the records: when each section meets."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from central.exchange.calendar_csv import Bell
from central.exchange.problem import Problem
from central.store.models import Meeting, SchoolYear, Section
from central.work.upsert import remove, upsert


def write(year: SchoolYear, bells: Sequence[Bell], changes: Counter[str], problems: list[Problem]) -> None:
    """Replace the meetings of every section the file names; sections go by code, or by their source id."""
    if not bells:
        return
    sections: dict[str, Section] = {}
    rows = list(Section.objects.filter(school_year=year))
    sections |= {row.source_id: row for row in rows} | {row.code: row for row in rows}
    by_section: dict[int, list[Bell]] = defaultdict(list)
    for bell in bells:
        if bell.section in sections:
            by_section[sections[bell.section].pk].append(bell)
        else:
            text = f"there is no section {bell.section!r} in {year.name}; take in the roster first"
            problems.append(Problem(bell.where, text, "section"))
    present = {
        f"{row.section_id} {row.weekday}": row
        for row in Meeting.objects.filter(section__school_year=year)
        if row.section_id in by_section
    }
    wanted = {
        f"{section} {bell.weekday}": {
            "section_id": section,
            "weekday": bell.weekday,
            "starts": bell.starts,
            "ends": bell.ends,
        }
        for section, kept in by_section.items()
        for bell in kept
    }
    over = [row.pk for key, row in present.items() if key not in wanted]
    remove(Meeting, over, changes, "taken out")
    upsert(Meeting, present, wanted, changes)
