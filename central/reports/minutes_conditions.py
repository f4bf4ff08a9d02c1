"""The five conditions under which attendance may be claimed as classroom-based, and what shows each."""

from collections.abc import Iterable, Sequence

from central.domain.minutes import Verdict
from central.reports.minutes import Condition, MinutesRow

_WORST = (Verdict.NOT_MET, Verdict.NOT_SHOWN, Verdict.MET)


def conditions(rows: Sequence[MinutesRow], uncredentialed: int) -> tuple[Condition, ...]:
    """Return the conditions of EC 47612.5(e)(1) for a school as a whole: the worst grade decides.

    `uncredentialed` counts signatures of days for which no valid credential is on file.
    """
    return (
        Condition(
            "students take part in educational activities required of them",
            Verdict.NOT_SHOWN,
            "the certified records show who was there; keep course outlines and the attendance policy",
        ),
        Condition(
            "under the immediate supervision and control of a certificated employee",
            Verdict.NOT_MET if uncredentialed else Verdict.MET,
            f"{uncredentialed} days certified without a credential on file that is valid for them",
        ),
        Condition(
            "at least the share of the time offered is at the site",
            _worst(row.at_site for row in rows),
            "the minutes of each day, offered and at the site, in the proof sheet",
        ),
        Condition(
            "students are required at the site for at least the share of the least annual minutes",
            _worst(row.required_at_site for row in rows),
            "the minutes of each day for which students are required, in the proof sheet",
        ),
        Condition(
            "the site is used principally for classroom instruction",
            Verdict.NOT_SHOWN,
            "no record of this program; keep the floor plan and the use of each room",
        ),
    )


def _worst(verdicts: Iterable[Verdict | None]) -> Verdict:
    found = set(verdicts)
    return next((verdict for verdict in _WORST if verdict in found), Verdict.NOT_SHOWN)
