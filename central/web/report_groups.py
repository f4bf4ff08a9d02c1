"""Who asks for which report, in the reader's language: the order and the words of the page of reports."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from central.reports.kinds import Kind

Said = str | Promise


@dataclass(frozen=True, slots=True)
class Named:
    """A kind of report as a page names it: its title, and what it says in one line."""

    kind: Kind
    title: Said
    says: Said


@dataclass(frozen=True, slots=True)
class Group:
    """Who asks for reports, and the reports they ask for."""

    who: Said
    reports: tuple[Named, ...]


_WORDS: Final[Mapping[str, tuple[Said, Said]]] = {
    "p1": ("P-1", _("Average daily attendance to the first reporting period, line by line.")),
    "p2": ("P-2", _("Average daily attendance to the second reporting period, line by line.")),
    "annual": (_("Annual"), _("Average daily attendance of the whole year, line by line.")),
    "unduplicated": (_("Unduplicated counts"), _("Students by group, each counted once.")),
    "filing-calendar": (_("Filing calendar"), _("What is filed with whom by when.")),
    "monthly": (
        _("Monthly"),
        _("Each school month: enrolled, attended, absent, corrected."),
    ),
    "electronic-attendance": (
        _("Electronic attendance"),
        _("The six points the state asks of attendance without signed paper, with evidence."),
    ),
    "requirements": (_("Register of requirements"), _("What the school answers for, and what proves it.")),
    "retention": (_("Retention of records"), _("What is kept how long, and what a legal hold keeps longer.")),
    "recovery": (_("Attendance recovery"), _("The ledger of recovered days: sessions, minutes, days used.")),
    "weekly-printout": (_("Weekly printout"), _("A week of each teacher's classes, to be signed by hand.")),
    "adult-month": (_("Adult classes by month"), _("Hours and days of adult students, class by class.")),
    "fleet": (_("Stations at a glance"), _("How every station did over a period, and what to look after.")),
    "minutes": (_("Instructional minutes"), _("Days and minutes offered against those required.")),
    "chronic": (_("Chronic absence"), _("Who misses a tenth of the days or more, and the rates to publish.")),
}
_WHO: Final[tuple[tuple[Said, tuple[str, ...]], ...]] = (
    (_("For the state"), ("p1", "p2", "annual", "unduplicated", "filing-calendar")),
    (_("For the authorizer"), ("monthly",)),
    (_("For the auditor"), ("electronic-attendance", "recovery", "requirements", "retention")),
    (_("For teachers"), ("weekly-printout", "adult-month")),
    (_("For IT"), ("fleet",)),
    (_("For the school"), ("minutes", "chronic")),
)


def named(kind: Kind) -> Named:
    """Return a kind as a page names it; one without words of its own goes by its plain name."""
    title, says = _WORDS.get(kind.word, (kind.title, ""))
    return Named(kind, title, says)


def groups(kinds: Mapping[str, Kind]) -> tuple[Group, ...]:
    """Return every kind under who asks for it; those nobody is known to ask for are the school's own."""
    return tuple(_groups(kinds))


def _groups(kinds: Mapping[str, Kind]) -> Iterator[Group]:
    listed = {word for _who, words in _WHO for word in words}
    others = tuple(word for word in kinds if word not in listed)
    last, _words = _WHO[-1]
    for who, words in _WHO:
        there = (*words, *others) if who is last else words
        reports = tuple(named(kinds[word]) for word in there if word in kinds)
        if reports:
            yield Group(who, reports)
