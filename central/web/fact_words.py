"""What each dated fact about a student is called on the pages, and what it allows, with the law behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from central.domain.student import FactKind
from central.web.panels import Label


@dataclass(frozen=True, slots=True)
class FactWords:
    """Its name, what it allows, and where that stands."""

    name: Label
    allows: Label
    cites: str = ""


FACTS: Final[Mapping[FactKind, FactWords]] = {
    FactKind.RESIDENCY: FactWords(
        _("Residency"),
        _("Lived in California: every day to be claimed needs it."),
        "EC 47612(b) (R-AGE-01)",
    ),
    FactKind.DIPLOMA: FactWords(
        _("Diploma"),
        _("The day a high school diploma was awarded: later days are held back, unless the school decides."),
        "EC 47612(b) (R-AGE-04)",
    ),
    FactKind.DIPLOMA_COURSE_AT_19: FactWords(
        _("Diploma course at 19"),
        _("Enrolled for a diploma at 19: asked of students over 19 in the ordinary program."),
        "EC 47612(b); 5 CCR 11960(c)(1) (R-AGE-02)",
    ),
    FactKind.UNBROKEN_SINCE_19: FactWords(
        _("Unbroken since 19"),
        _("Public school without a break since 19: asked of students over 19 in the ordinary program."),
        "EC 47612(b); 5 CCR 11960(c)(1) (R-AGE-02)",
    ),
    FactKind.PROGRESS: FactWords(
        _("Satisfactory progress"),
        _("Found to make progress on these days: asked of students over 19 in the ordinary program."),
        "EC 47612(b); 5 CCR 11960(c)(1) (R-AGE-02)",
    ),
    FactKind.IMMUNIZATION: FactWords(
        _("Immunization record"),
        _("A record is on file: asked of minors after four months and ten school days."),
        "17 CCR 6025 (R-AGE-06)",
    ),
    FactKind.IMMUNIZATION_EXEMPTION: FactWords(
        _("Immunization exemption"),
        _("An exemption is on file: allows what the record would."),
        "17 CCR 6025 (R-AGE-06)",
    ),
    FactKind.CONCURRENT_COLLEGE: FactWords(
        _("Concurrent college"),
        _("Enrolled in a college as well: the days are claimed, and the report says so."),
        "EC 46146 (R-ADA-05)",
    ),
    FactKind.ABSENCE_EXEMPTION: FactWords(
        _("Absence exemption"),
        _("Not counted in published rates of chronic absence; no day is held back."),
        "R-CHR-03",
    ),
    FactKind.PRIOR_RECOVERY_DAYS: FactWords(
        _("Prior recovery days"),
        _("Days another school recovered this year: the year allows ten of both together."),
        "EC 46211 (R-AR-15)",
    ),
    FactKind.WIOA: FactWords(_("WIOA"), _("Part of a report; no day is held back.")),
    FactKind.AEBG: FactWords(_("AEBG"), _("Part of a report; no day is held back.")),
    FactKind.ENGLISH_LEARNER: FactWords(_("English learner"), _("Part of a report; no day is held back.")),
    FactKind.FOSTER: FactWords(_("Foster"), _("Part of a report; no day is held back.")),
    FactKind.FREE_OR_REDUCED_MEALS: FactWords(
        _("Free or reduced meals"), _("Part of a report; no day is held back.")
    ),
    FactKind.SPECIAL_EDUCATION: FactWords(
        _("Special education"),
        _("An agreement for independent study needs its signature too; no day is held back."),
        "EC 51747 (R-IS-03)",
    ),
}
