"""Judge what stands at the other system against what was certified: agree, send, wait or ask a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from central.exchange.powerschool.rows import Standing

GONE: Final = "gone"
"""Seen: nothing stands there."""
MOST_ATTEMPTS: Final = 5


class State(StrEnum):
    """How far central believes it is."""

    NEW = "new"
    """Nothing of this revision was ever sent."""
    OPEN = "open"
    """It was begun, and may or may not have arrived."""
    SENT = "sent"
    """The other side said it has it, and under which key."""
    CONFIRMED = "confirmed"
    HELD = "held"
    """Reopened: it waits for a person."""


class Deed(StrEnum):
    """What is to be done."""

    CONFIRM = "confirm"
    SEND = "send"
    REST = "rest"
    """Leave it: what was begun may still arrive."""
    REOPEN = "reopen"
    WAIT = "wait"
    """It cannot be sent before somebody puts something right, here or there."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What an earlier delivery knows of the place there: whose row, and what it said when last known.

    `value` is GONE where nothing stood there, and empty where it was never learned.
    """

    dcid: str
    marker: str
    value: str

    def is_of(self, row: Standing) -> bool:
        """Tell whether a row is this one, and untouched since."""
        is_same = (self.dcid and self.dcid == row.dcid) or (self.marker and self.marker == row.marker)
        return bool(is_same) and self.value == row.value


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that was certified, and what the ledger knows of it; `known` is in order of time."""

    state: State
    wanted: str
    marker: str
    known: tuple[Sighting, ...] = ()
    attempts: int = 0
    trouble: str = ""
    is_resting: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """What to do, why, and what was seen; `dcid` is of the row that stands there, if one does."""

    deed: Deed
    seen: str
    dcid: str = ""
    why: str = ""


def judge(case: Case, rows: Sequence[Standing]) -> Judgement:
    """Judge one case by every row that stands in its place.

    Nothing is sent over a row somebody else wrote or changed, and nothing while an earlier sending may
    still arrive. Two rows in one place are never made one: which is right is for a person there.
    """
    if len(rows) > 1:
        keys = ", ".join(sorted((row.dcid for row in rows), key=lambda key: (len(key), key)))
        return Judgement(Deed.REOPEN, f"{len(rows)} rows", "", f"there {len(rows)} times: rows {keys}"[:200])
    row = rows[0] if rows else None
    if row is None:
        return _absent(case)
    if row.value == case.wanted:
        return Judgement(Deed.CONFIRM, row.value, row.dcid)
    return _different(case, row)


def _absent(case: Case) -> Judgement:
    was_there = bool(case.known) and case.known[-1].value not in {GONE, ""}
    if case.state in {State.SENT, State.CONFIRMED} or (case.state is not State.HELD and was_there):
        return Judgement(Deed.REOPEN, GONE, "", "read back as missing: it was removed there")
    return _send(case, GONE, "")


def _different(case: Case, row: Standing) -> Judgement:
    is_untouched = any(sighting.is_of(row) for sighting in case.known)
    if is_untouched and case.state is not State.CONFIRMED:
        # An earlier revision of ours, or what a person here has seen and decided against.
        return _send(case, row.value, row.dcid)
    is_ours = case.state in {State.SENT, State.CONFIRMED} or row.marker == case.marker
    is_ours = is_ours or any(row.dcid == one.dcid for one in case.known)
    return Judgement(Deed.REOPEN, row.value, row.dcid, _why(row, is_ours=is_ours))


def _why(row: Standing, *, is_ours: bool) -> str:
    value, by = row.value, row.changed_by
    if is_ours:
        return (
            f"read back as {value}: changed there by {by}" if by else f"read back as {value}: changed there"
        )
    return f"read back as {value}: entered there by {by}" if by else f"read back as {value}: not from here"


def _send(case: Case, seen: str, dcid: str) -> Judgement:
    if case.state is State.HELD:
        return Judgement(Deed.REOPEN, seen, dcid, "")
    if case.is_resting:
        return Judgement(Deed.REST, seen, dcid)
    if case.attempts >= MOST_ATTEMPTS:
        why = f"sent {case.attempts} times and never taken in there: {case.trouble or 'no reason given'}"
        return Judgement(Deed.REOPEN, seen, dcid, why[:200])
    return Judgement(Deed.SEND, seen, dcid)
