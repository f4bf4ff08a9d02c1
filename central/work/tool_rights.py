"""Who may read, change, add and delete what: one table of tools and roles for pages and programs."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from central.errors import RefusedError
from central.store.models import Staff
from central.work.roles import called, whom

_Role = Staff.Role


class Right(StrEnum):
    """The four rights, as student information systems give them out."""

    READ = "read"
    WRITE = "change"
    ADD = "add"
    DELETE = "delete"


class Tool(StrEnum):
    """What a right is for. Certifying is no right of a tool: it needs a teaching credential and a code."""

    ATTENDANCE = "attendance"
    CHECK_INS = "check-ins and notices"
    EXCEPTIONS = "exceptions"
    TIMES = "times of taps"
    PAPER = "paper sheets"
    OUTAGES = "outages"
    SHEETS = "class sheets"
    KITS = "emergency kits"
    STUDENTS = "students"
    CREDENTIALS = "credentials"
    ELIGIBILITY = "eligibility facts"
    INTERVENTIONS = "interventions"
    RECORDS = "recovery records"
    SERVICES = "recovery services"
    SESSIONS = "recovery sessions"
    STUDY = "independent study"
    CALENDAR = "calendar"
    CLOSURES = "closures"
    EMERGENCIES = "emergencies"
    ROSTER = "roster"
    REPORTS = "reports"
    EXPORTS = "exports"
    REQUIREMENTS = "requirements"
    AUDIT = "audit"
    SAMPLES = "internal audit"
    STATIONS = "stations"
    FLEET = "fleet"
    STATION_KEYS = "station keys"
    GAPS = "gaps"
    FAULTS = "faults"
    SETTINGS = "settings"
    LOGINS = "logins"
    TOKENS = "own tokens"


# r read, w change, a add, d delete, in the order of the roles. The clerk evaluates, proposes and removes
# attendance; a paraeducator adds provisional records; what happened in a recovery session is documented
# by who was there; an auditor reads everything and changes nothing.
_TABLE: Final = """
                        teacher paraeducator clerk leader it   admin auditor
attendance              rwad    r-a-         rwad  r---   ---- r---  r---
check-ins and notices   rwa-    r-a-         rwa-  r---   ---- r---  r---
exceptions              rw--    ----         rwa-  rwa-   ---- r---  r---
times of taps           rw--    ----         rw--  r---   ---- r---  r---
paper sheets            r-a-    ----         rwad  r---   ---- r---  r---
outages                 r-a-    r---         rwa-  rwa-   rwa- rwa-  r---
class sheets            r-a-    ----         r-a-  r-a-   ---- r-a-  r---
emergency kits          ----    ----         rwa-  rwa-   ---- rwa-  r---
students                r---    r---         rwa-  r---   ---- rwa-  r---
credentials             ----    ----         rwad  r---   rwad rwad  r---
eligibility facts       ----    ----         rwa-  rwa-   ---- rwa-  r---
interventions           rwa-    ----         rwa-  rwa-   ---- r---  r---
recovery records        r---    ----         rwa-  rwad   ---- rwad  r---
recovery services       r---    ----         rwa-  rwad   ---- rwad  r---
recovery sessions       rwa-    r---         rwa-  rwad   ---- rwad  r---
independent study       rwa-    ----         rwa-  rwa-   ---- rwa-  r---
calendar                r---    r---         rwa-  rwa-   ---- rwa-  r---
closures                r-a-    ----         rwa-  rwa-   ---- rwa-  r---
emergencies             r-a-    ----         rwa-  rwa-   ---- rwa-  r---
roster                  ----    ----         rwa-  r---   rwa- rwa-  r---
reports                 ----    ----         r---  rwa-   ---- rwa-  r---
exports                 ----    ----         r-a-  r-a-   ---- r-a-  r---
requirements            ----    ----         rwa-  rwa-   ---- rwa-  r---
audit                   ----    ----         ----  r---   ---- r---  r---
internal audit          ----    ----         ----  rwa-   ---- r---  r---
stations                r---    ----         rw--  rw--   rw-- rw--  r---
fleet                   ----    ----         r---  r---   rwa- rwa-  r---
station keys            ----    ----         ----  ----   rwad rwad r---
gaps                    rw--    ----         rw--  rw--   rw-- rw--  r---
faults                  r-a-    r-a-         r-a-  rwa-   rwa- rwa-  r---
settings                ----    ----         ----  rwa-   r--- rwa-  r---
logins                  ----    ----         ----  ----   ---- rwad  r---
own tokens              ----    ----         rwad  rwad   rwad rwad  rwad
"""
_LETTERS: Final = {"r": Right.READ, "w": Right.WRITE, "a": Right.ADD, "d": Right.DELETE}


def _read(table: str) -> dict[Tool, dict[Right, frozenset[_Role]]]:
    heading, *rows = table.strip().splitlines()
    roles = [_Role(word) for word in heading.split()]
    rights = {}
    for row in rows:
        name, cells = row[:24].strip(), row[24:].split()
        held = dict(zip(roles, cells, strict=True))
        rights[Tool(name)] = {
            right: frozenset(role for role, cell in held.items() if letter in cell)
            for letter, right in _LETTERS.items()
        }
    return rights


RIGHTS: Final[Mapping[Tool, Mapping[Right, frozenset[_Role]]]] = _read(_TABLE)


def may(by: Staff, tool: Tool, right: Right) -> bool:
    """Tell whether somebody has a right on a tool."""
    return by.role in RIGHTS[tool][right]


def require(by: Staff, tool: Tool, right: Right) -> None:
    """Raise RefusedError for somebody without the right, naming who has it."""
    if may(by, tool, right):
        return
    who = whom(RIGHTS[tool][right]) or "nobody: it is closed"
    msg = f"employee {by.number} is {called(by)} and may not {right} {tool}; ask {who}"
    raise RefusedError(msg)
