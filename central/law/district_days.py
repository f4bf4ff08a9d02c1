"""What a school district loses for days of instruction it does not offer."""

from datetime import date
from fractions import Fraction

from central.domain.finding import Finding, Severity
from central.law.provision import number, share


def district_days_shortfall(days_taught: int, on: date) -> Fraction:
    """Return the share of a district's apportionment withheld for one school's days below 175, exactly.

    Never more than all of it.

    Cites: EC 41420(b) (R-DAY-02).
    """
    missing = max(number("days_of_a_district_school", on) - days_taught, 0)
    return min(missing * share("share_withheld_a_day_below_175", on), Fraction(1))


def affected_grade_shortfall(days_offered: int, on: date) -> Fraction:
    """Return the share of an affected grade's apportionment withheld for its days below 180, exactly.

    After the fifth missing day nothing more is added here; below 175 the other section takes over.

    Cites: EC 46208(c); EC 46200 (R-DAY-02).
    """
    missing = max(number("days_a_district_offers", on) - days_offered, 0)
    counted = min(missing, number("days_below_180_withheld_for", on))
    return counted * share("share_withheld_a_day_below_180", on)


def findings_on_district_days(subject: str, days_taught: int, on: date) -> tuple[Finding, ...]:
    """Report a school or track of a district that offers fewer days than a district must.

    Cites: EC 41420; EC 46208 (R-DAY-02).
    """
    offered, maintained = number("days_a_district_offers", on), number("days_of_a_district_school", on)
    if days_taught >= offered:
        return ()
    is_below_both = days_taught < maintained
    least = f"; below {maintained} the whole district's apportionment is cut" if is_below_both else ""
    return (
        Finding(
            rule="R-DAY-02",
            citation="EC 41420(b); EC 46208(c)" if is_below_both else "EC 46208(c)",
            subject=subject,
            on=None,
            says=f"taught on {days_taught} days; {offered} are to be offered to every grade{least}",
            remedy="add school days, or ask for credit of closed days on Form J-13A",
            severity=Severity.BLOCKING,
        ),
    )
