"""The question of the table about the state's absence summary: what its checks say of an agency's rows."""

from datetime import date

from central.law.calpads import AbsenceSummary
from central.law.stas import Agency, RecoveredBetween, StasRow, findings_on_stas
from tests.law_tables.given import Given

_ON = date(2025, 9, 1)
_SSID = "1234567890"


def checks_of_the_state(given: Given) -> dict[str, object]:
    """Answer with the code of each check a file fails, in the order it is told."""
    rows = [_row(row) for row in given.each("rows")]
    elsewhere = {row.word("student"): row.number("days") for row in given.each("told_elsewhere")}
    between = [
        RecoveredBetween("S1", _ON, row.word("missed_at"), row.word("made_up_at"))
        for row in given.each("made_up")
    ]
    found = findings_on_stas(rows, _ON, elsewhere, between)
    return {"refused_by": [finding.citation.removeprefix("EC 46211; ") for finding in found]}


def _row(given: Given) -> StasRow:
    agency = Agency(given.word("agency") if "agency" in given else "3467439", given.word("school"))
    return StasRow(
        student=given.word("student"),
        ssid=given.word("ssid") if "ssid" in given else _SSID,
        agency=agency,
        summary=_summary(given) if "expected" in given else None,
        is_exempt="exempt" in given,
        unrecorded=given.number("unrecorded") if "unrecorded" in given else 0,
    )


def _summary(given: Given) -> AbsenceSummary:
    return AbsenceSummary(
        student=given.word("student"),
        school=given.word("school"),
        days_expected=given.number("expected"),
        days_attended=given.number("attended"),
        unexcused=given.number("unexcused"),
        days_recovered=given.number("recovered") if "recovered" in given else None,
    )
