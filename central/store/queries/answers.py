"""Published: the answers a school has in writing to the open questions of the law."""

from datetime import date, datetime

from central.law.question import OPEN_QUESTIONS
from central.store.models import RequirementEvidence

_NUMBERS = {f"question-{question.key}": question.number for question in OPEN_QUESTIONS}
"""The open questions by their keys in the register."""


def answers(school_id: int, on: date, before: datetime) -> dict[int, str]:
    """Return the answers in force on a day that were filed before an instant, by the question's number.

    The last one filed counts; a withdrawal takes back all before it.
    """
    found: dict[int, str] = {}
    rows = RequirementEvidence.objects.filter(school=school_id, row__in=_NUMBERS, at__lt=before)
    for kept in rows.select_related("by").order_by("pk"):
        number = _NUMBERS[kept.row]
        if kept.is_withdrawn:
            found.pop(number, None)
        elif kept.since <= on and (kept.until is None or on <= kept.until):
            source = f"{kept.document}, " if kept.document else ""
            found[number] = f"{kept.says} ({source}filed by employee {kept.by.number} since {kept.since})"
    return found
