"""What each act of the staff puts into the journal, and the sign that tells its outcome."""

from __future__ import annotations

from station.errors import JournalError
from station.logs import Log
from station.staff.session import Act, Wish
from station.station import Station
from station.tap import Json, Kind, token_text
from station.verdict import Notice

log = Log(__name__)


def do(wish: Wish, station: Station) -> Notice | None:
    """Do what was asked for and return the outcome, None while it is still to come."""
    if wish.act is Act.OUTAGE:
        return _record(wish, station)
    if wish.act is Act.TIME:
        return _record(wish, station, {"says_ms": wish.says_ms}, Kind.ANCHOR)
    if wish.act is Act.SELF_TEST and station.examination.begin(wish, station.clock.reading().raw_ms):
        return Notice.LAMP_TEST
    # A card to enrol has to be laid down yet, and a self-test under way tells its outcome by itself.
    return None


def enrol(card: bytes, wish: Wish, station: Station) -> Notice:
    """Put on record that a staff member had this card laid down to be enrolled."""
    done = _record(wish, station, {"card": token_text(card)})
    if done is Notice.DONE:
        station.desk.enrolled(station.clock.reading().raw_ms)
    return done


def finish_self_test(station: Station) -> Notice | None:
    """Put the outcome of a self-test on record once it is there; return the sign for it, None before."""
    outcome = station.examination.outcome(station.clock.reading().raw_ms)
    if outcome is None:
        return None
    wish, found = outcome
    stored = _record(wish, station, {"ok": not found, "found": found})
    return Notice.FAILED if found else stored


def _record(
    wish: Wish, station: Station, more: dict[str, Json] | None = None, kind: Kind = Kind.STAFF
) -> Notice:
    who: dict[str, Json] = {
        "token": token_text(wish.token),
        "key_id": station.key_id,
        "reader": wish.reader,
        **(more or {}),
    }
    payload = {"did": str(wish.act), **who} if kind is Kind.STAFF else who
    try:
        head = station.append([(kind, payload)])
    except JournalError:
        log.exception("staff.lost", did=wish.act, reader=wish.reader)
        return Notice.FAILED
    log.info("staff.did", did=wish.act, reader=wish.reader, sequence=head.seq)
    return Notice.DONE
