"""Published: what the report on unduplicated counts says: students by group, and who stands behind them."""

from collections.abc import Mapping
from dataclasses import dataclass

from central.domain.finding import Finding
from central.law.unduplicated import HeadCount, StudentTally
from central.reports.occasion import Occasion


@dataclass(frozen=True, slots=True)
class Grouping:
    """The students told apart in one way; each is counted here in one group."""

    name: str
    groups: Mapping[str, HeadCount]

    @property
    def counted(self) -> int:
        """The sum of the students counted in each group alone; it must be the whole school."""
        return sum(count.counted_here for count in self.groups.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class UnduplicatedReport:
    """Students up to a day, each once; `whole` counts the school."""

    of: Occasion
    whole: HeadCount
    groupings: tuple[Grouping, ...]
    students: Mapping[str, StudentTally]
    findings: tuple[Finding, ...]
