"""Give a station what is published for it: its roster and what it is set to."""

import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from central.intake.keyring import Keyring
from central.intake.over_http import response
from central.intake.parts import Parts
from central.intake.reply import refused
from sync_agent import wire


def routes(parts: Parts) -> list[Route]:
    """Return where each document is found."""
    roster = _Shelf(parts.keyring, parts.data / "rosters", "roster")
    config = _Shelf(parts.keyring, parts.data / "configs", "configuration")
    return [
        Route(wire.ROSTER_PATH, roster.give, methods=["GET"]),
        Route(wire.CONFIG_PATH, config.give, methods=["GET"]),
    ]


class _Shelf:
    """A folder of signed documents, one file a station, handed out as they lie there."""

    def __init__(self, keyring: Keyring, folder: Path, noun: str) -> None:
        self._keyring = keyring
        self._folder = folder
        self._noun = noun

    async def give(self, request: Request) -> Response:
        """Give a station its document, or say that it has it already."""
        station = request.path_params["station"]
        keys = self._keyring.station(station)
        if keys is None:
            return response(refused("unknown-station"))
        if all(key.is_revoked for key in keys.values()):
            return response(refused("revoked"))
        try:
            # Only the name of a station in use, so that no address leads out of the folder.
            data = (self._folder / f"{station}.json").read_bytes()
        except FileNotFoundError:
            return Response(f"no {self._noun} is published for this station\n", 404, media_type="text/plain")
        etag = f'"{hashlib.sha256(data).hexdigest()}"'
        headers = {"ETag": etag, "Cache-Control": "no-cache"}
        if _names(request.headers.get("if-none-match"), etag):
            return Response(status_code=304, headers=headers)
        return Response(data, headers=headers, media_type="application/json")


def _names(header: str | None, etag: str) -> bool:
    """Return whether an If-None-Match header names the entity tag (RFC 9110, 13.1.2)."""
    given = [one.strip().removeprefix("W/") for one in (header or "").split(",")]
    return etag in given or given == ["*"]
