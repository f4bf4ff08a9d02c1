"""Published: judge paper anew as more becomes known, and let people decide where evidence disagrees."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from central.domain.adjudication import Ruling, Verdict, Why
from central.store.models import AttendanceRecord, PaperLine, PaperRuling, Section
from central.store.rewrite import rewrite
from central.work.journal_signs import Sources
from central.work.paper_decisions import Choice, decide
from central.work.paper_waiting import Undecided, newest, undecided, undecided_of
from central.work.provisional import is_open
from central.work.rulings import Rulings, keep

__all__ = [
    "Choice",
    "Ruling",
    "Rulings",
    "Undecided",
    "Verdict",
    "Why",
    "decide",
    "keep",
    "review",
    "review_unheard",
    "undecided",
    "undecided_of",
]

_PROVISIONAL = AttendanceRecord.Stage.PROVISIONAL


def review(lines: QuerySet[PaperLine], now: datetime, sources: Sources | None = None) -> int:
    """Judge lines on paper again, and return how many are judged otherwise; each a further row.

    What a person has decided, on the line or on its record, stays as it was judged before.
    """
    by_section: dict[int, list[PaperLine]] = defaultdict(list)
    alive = lines.exclude(outcome=PaperLine.Outcome.WITHDRAWN).select_related("record")
    for line in alive.prefetch_related("record__decisions", "rulings"):
        if _may_change(line):
            by_section[line.record.section_id].append(line)
    changed = 0
    for section in Section.objects.filter(pk__in=by_section).select_related("school"):
        changed += _review(section, by_section[section.pk], now, sources)
    return changed


def review_unheard(now: datetime, sources: Sources) -> int:
    """Judge again what rests on a station nobody had heard of, or of whose times nothing was proven.

    What comes in later may show that it was alive, or that it was not.
    """
    waiting = newest().filter(why__in=(Why.UNHEARD.name, Why.UNPROVEN.name), choice="")
    lines = PaperLine.objects.filter(pk__in=waiting.values("line"), record__stage=_PROVISIONAL)
    return review(lines, now, sources) if lines.exists() else 0


def _review(section: Section, lines: Iterable[PaperLine], now: datetime, sources: Sources | None) -> int:
    rulings = Rulings(section, {line.record.on for line in lines}, sources)
    judged = [(line, rulings.of(line)) for line in lines]
    news = [(line, ruling) for line, ruling in judged if not _is_known(line, ruling)]
    keep(news, now)
    for line, ruling in news:
        line.outcome = ruling.verdict
    rewrite([line for line, _ in news], ["outcome"])
    return len(news)


def standing(line: PaperLine) -> PaperRuling | None:
    """Return how a line is judged as things stand; None before anybody judged it."""
    return max(line.rulings.all(), key=lambda row: row.pk, default=None)


def _may_change(line: PaperLine) -> bool:
    last = standing(line)
    return last is None or (not last.choice and is_open(line.record))


def _is_known(line: PaperLine, ruling: Ruling) -> bool:
    last = standing(line)
    return last is not None and (last.verdict, last.why, last.needs_person) == (
        ruling.verdict,
        ruling.why.name,
        ruling.needs_person,
    )
