"""The tables of two documents, made from the program's own; `python -m tests.tables` writes them anew."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

ROLES, STAFF_API = "docs/reference/roles.md", "docs/reference/staff-api.md"
_RULE: Final = "|---"


def tables(document: str) -> Mapping[str, list[str]]:
    """Return the tables of a document as they must read, by the beginning of their heading line."""
    if document == ROLES:
        return {"| tool |": _rights()}
    return {"| operation |": _operations(), "| name |": _problems()}


def renewed(document: str, text: str) -> str:
    """Return the text of a document with its tables as they must read."""
    lines, found = text.splitlines(), tables(document)
    written: list[str] = []
    is_inside = False
    for line in lines:
        table = next((rows for heading, rows in found.items() if line.startswith(heading)), None)
        is_inside = table is not None or (is_inside and line.startswith("|"))
        if table is not None:
            written += table
        elif not is_inside:
            written.append(line)
    return "\n".join(written) + "\n"


def _rights() -> list[str]:
    from central.store.models import Staff
    from central.work.tool_rights import RIGHTS, Right

    letters = {Right.READ: "r", Right.WRITE: "w", Right.ADD: "a", Right.DELETE: "d"}
    rows = [_row("tool", *(role.label for role in Staff.Role)), _RULE * (len(Staff.Role) + 1) + "|"]
    for tool, held in RIGHTS.items():
        cells = ["".join(letters[right] for right in Right if role in held[right]) for role in Staff.Role]
        rows.append(_row(tool, *(cell or "-" for cell in cells)))
    return rows


def _operations() -> list[str]:
    from central.web import api

    described = {
        operation["operationId"]: operation["summary"]
        for methods in api.document()["paths"].values()
        for operation in methods.values()
    }
    rows = [_row("operation", "method and path", "needs", "what it does"), _RULE * 4 + "|"]
    for each in api.OPERATIONS:
        needs = f"{each.tool}: {each.right}" if each.tool else "to be of the staff"
        rows.append(_row(f"`{each.name}`", f"`{each.method} {each.route}`", needs, described[each.name]))
    return rows


def _problems() -> list[str]:
    from central.web.api.problems import TITLES

    named = [_row(f"`{name}`", str(status), title) for name, (status, title) in TITLES.items()]
    return [_row("name", "status", "means"), _RULE * 3 + "|", *named]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    from central.store import readiness

    readiness.set_up()
    for name in (ROLES, STAFF_API):
        path = Path(name)
        path.write_text(renewed(name, path.read_text(encoding="utf-8")), encoding="utf-8")
