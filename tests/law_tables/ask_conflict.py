"""The questions of the tables about evidence against a presence."""

from central.law.conflict import AbsenceSaid, findings_on_absence_said, findings_on_presence_from_afar
from tests.law_tables.given import Given


def said_absent(given: Given) -> dict[str, object]:
    found = findings_on_absence_said("S1", given.day("on"), AbsenceSaid(given.word("said")))
    return {"against": [each.rule for each in found], "blocks": all(each.blocks for each in found)}


def from_afar(given: Given) -> dict[str, object]:
    found = findings_on_presence_from_afar("S1", given.day("on"))
    return {"against": [each.rule for each in found], "blocks": all(each.blocks for each in found)}
