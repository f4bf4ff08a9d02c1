"""Which certificates a station has signed, as the intake keeps them."""

from typing import Final

from central.store.reading import Place, ask_once

# Before this version of its schema a file holds no countersignatures.
_SINCE: Final = 2


def countersigned(evidence: Place, station: str) -> dict[tuple[str, str], str]:
    """Return what a station signed, as Signed objects in JSON, by the day (ISO) and its note's SHA-256.

    Raises UnavailableError.
    """
    query = "SELECT day, sha256, signed FROM countersignature WHERE station = ?"
    rows = ask_once(evidence, query, station, since=_SINCE)
    return {(day, sha256): signed for day, sha256, signed in rows}
