"""Give a station the signed files of a release, in the pieces it asks for."""

import asyncio
import re
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from central.intake.keyring import Keyring
from central.intake.over_http import response
from central.intake.parts import Parts
from central.intake.reply import refused
from sync_agent import wire

FOLDER: Final = "releases"
"""Where they lie below central's data folder."""
# No address leads out of the folder, and none to a file that is still being written.
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,254}", re.ASCII)
_RANGE: Final = re.compile(r"bytes=([0-9]{1,12})-([0-9]{1,12})", re.ASCII)
MOST_BYTES: Final = 1024 * 1024
"""An answer is no longer, so that no slow line holds more of this machine than that."""
_BYTES: Final = "application/octet-stream"
_PARTS: Final = frozenset({"metadata", "targets"})


def routes(parts: Parts) -> list[Route]:
    """Return where the files are found."""
    shelf = _Releases(parts.keyring, parts.data / FOLDER)
    return [Route(wire.RELEASE_PATH, shelf.give, methods=["GET"])]


class _Releases:
    """The folder of signed releases; what is in it may be known to everybody."""

    def __init__(self, keyring: Keyring, folder: Path) -> None:
        self._keyring = keyring
        self._folder = folder

    async def give(self, request: Request) -> Response:
        """Give a station in use a file, or the bytes of it a Range header names."""
        keys = self._keyring.station(request.path_params["station"])
        if keys is None:
            return response(refused("unknown-station"))
        if all(key.is_revoked for key in keys.values()):
            return response(refused("revoked"))
        part, name = request.path_params["part"], request.path_params["name"]
        file = self._folder / part / name
        if part not in _PARTS or not _NAME.fullmatch(name) or not file.is_file():
            return Response("central has no such file of a release\n", 404, media_type="text/plain")
        return await asyncio.to_thread(_piece, file, request.headers.get("range"))


def _piece(file: Path, asked: str | None) -> Response:
    """Return the bytes asked for, fewer where they are too many; the first ones where none are named."""
    size = file.stat().st_size
    wanted = _RANGE.fullmatch(asked or f"bytes=0-{MOST_BYTES - 1}")
    if wanted is None or int(wanted[1]) > int(wanted[2]) or int(wanted[1]) >= max(size, 1):
        return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
    first = int(wanted[1])
    with file.open("rb") as stream:
        stream.seek(first)
        content = stream.read(min(int(wanted[2]) - first + 1, MOST_BYTES))
    # Only what tells what is newest is ever replaced.
    headers = {"Cache-Control": "no-cache" if file.name == "timestamp.json" else "max-age=86400"}
    if len(content) == size:
        return Response(content, headers=headers, media_type=_BYTES)
    headers["Content-Range"] = f"bytes {first}-{first + len(content) - 1}/{size}"
    return Response(content, 206, headers=headers, media_type=_BYTES)
