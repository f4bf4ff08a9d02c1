"""Read the stamp back out of a written report, whatever its form."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from central.errors import CentralError
from central.exchange.sheets import workbook_in
from central.exchange.sheets.line import UnreadableError

_KEYWORDS: Final = re.compile(
    rb"rollbook-report word=(\S+) year=(\S+) as-of=(\S+) made-at=(\S+) rules=(\S+) sha256=([0-9a-f]{64})"
)
_LINE: Final = re.compile(
    r"^(Report|School year|As of the end of|Made|Rule set|Data SHA-256): (.*)$", re.MULTILINE
)
_WORD: Final = re.compile(r"\(([a-z0-9-]+)\)$")
_IN_A_NAME: Final = re.compile(r"as-of_(\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class Found:
    """What a file says of itself: which report it is, of which day, made when, by which rules and data."""

    word: str
    year: str
    as_of: date
    made_at: datetime
    rule_set: str
    digest: str


def read(data: bytes, form: str) -> Found | None:
    """Return the stamp of a file; None for a CSV, which has it beside it; raises CentralError for none."""
    if form == "csv":
        return None
    try:
        told = _READ[form](data)
        return Found(
            told["word"],
            told["year"],
            date.fromisoformat(told["as_of"]),
            datetime.fromisoformat(told["made_at"]),
            told["rules"],
            told["digest"],
        )
    except (KeyError, TypeError, ValueError, IndexError, UnreadableError) as error:
        msg = (
            "the file bears no stamp of ours; name one that rollbook-central report wrote, as it was written"
        )
        raise CentralError(msg) from error


def as_of_in(name: str) -> date | None:
    """Return the day as of which the name of a file says it is."""
    found = _IN_A_NAME.search(name)
    return date.fromisoformat(found[1]) if found else None


def _of_pdf(data: bytes) -> Mapping[str, str]:
    found = _KEYWORDS.search(data)
    if found is None:
        msg = "no keywords"
        raise ValueError(msg)
    names = ("word", "year", "as_of", "made_at", "rules", "digest")
    return dict(zip(names, (part.decode() for part in found.groups()), strict=True))


def _of_json(data: bytes) -> Mapping[str, str]:
    stamp = json.loads(data)["stamp"]
    return {
        "word": stamp["report"],
        "year": stamp["school_year"],
        "as_of": stamp["as_of"],
        "made_at": stamp["made_at"],
        "rules": stamp["rule_set"],
        "digest": stamp["sha256"],
    }


def _of_text(data: bytes) -> Mapping[str, str]:
    return _of_rows(dict(_LINE.findall(data.decode().replace("\r\n", "\n"))))


def _of_xlsx(data: bytes) -> Mapping[str, str]:
    rows = next(iter(workbook_in.cells(data).values()))
    return _of_rows({str(row[0]): str(row[1]) for row in rows if len(row) > 1})


def _of_rows(rows: Mapping[str, str]) -> Mapping[str, str]:
    named = _WORD.search(rows["Report"])
    if named is None:
        msg = "no word"
        raise ValueError(msg)
    return {
        "word": named[1],
        "year": rows["School year"],
        "as_of": rows["As of the end of"],
        "made_at": rows["Made"],
        "rules": rows["Rule set"],
        "digest": rows["Data SHA-256"],
    }


_READ: Final = {"pdf": _of_pdf, "json": _of_json, "text": _of_text, "xlsx": _of_xlsx}
