"""Give a station the certificates of its days, and take its signature under them."""

import asyncio
import hashlib
import json
from datetime import date
from functools import partial
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from central.intake.acks import ms
from central.intake.evidence import Evidence
from central.intake.keyring import Keys
from central.intake.over_http import body, response
from central.intake.parts import Parts
from central.intake.reply import Reply, refused, too_large
from station.logs import Log
from sync_agent import wire
from sync_agent.certificate import PURPOSE
from sync_agent.signed_text import SignedText
from sync_agent.signing import SignatureError, open_text

log = Log(__name__)

TAKEN = Reply(200, b'{"v":1}')
NOT_IN_FORCE = Reply(
    409,
    b'{"type":"about:blank","title":"This is not the certificate in force","status":409}',
    wire.PROBLEM_MEDIA_TYPE,
)
"""Another revision has taken its place; the station asks for that one."""


def routes(parts: Parts) -> list[Route]:
    """Return where these endpoints are found."""
    shelf = _Certificates(parts)
    return [
        Route(wire.CERTIFICATE_PATH, shelf.give, methods=["GET"]),
        Route(wire.CERTIFICATE_PATH, shelf.take, methods=["POST"]),
    ]


class _Certificates:
    """The folder of published certificates, one a station and day."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def give(self, request: Request) -> Response:
        """Give a station the newest certificate of a day, or say that it has it already."""
        keys = self._keys(request)
        if isinstance(keys, Reply):
            return response(keys)
        data = await self._read(request)
        if data is None:
            return Response("no certificate is published for this day\n", 404, media_type="text/plain")
        etag = f'"{hashlib.sha256(data).hexdigest()}"'
        headers = {"ETag": etag, "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        return Response(data, headers=headers, media_type="application/json")

    async def take(self, request: Request) -> Response:
        """Keep a station's signature under the certificate in force."""
        received_ms = ms(self._parts.now())
        data = await body(request)
        keys = self._keys(request)
        if isinstance(keys, Reply):
            return response(keys)
        if data is None:
            return response(too_large())
        published = await self._read(request)
        where = request.path_params["station"], request.path_params["day"]
        judged = _judge(data, published, keys)
        if isinstance(judged, Reply):
            return response(judged)
        keep = partial(_keep, where=where, signed=judged, received_ms=received_ms)
        return response(await asyncio.wrap_future(self._parts.writer.submit(keep)))

    def _keys(self, request: Request) -> Keys | Reply:
        keys = self._parts.keyring.station(request.path_params["station"])
        if keys is None:
            return refused("unknown-station")
        return refused("revoked") if all(key.is_revoked for key in keys.values()) else keys

    async def _read(self, request: Request) -> bytes | None:
        """Return the published file; the station is one in use, so that no address leads elsewhere."""
        path = _file(self._parts.data, request.path_params["station"], request.path_params["day"])
        try:
            return None if path is None else await asyncio.to_thread(path.read_bytes)
        except FileNotFoundError:
            return None


def _file(data: Path, station: str, day: str) -> Path | None:
    try:
        is_plain = date.fromisoformat(day).isoformat() == day
    except ValueError:
        return None
    return data / "certificates" / station / f"{day}.json" if is_plain else None


def _judge(data: bytes, published: bytes | None, keys: Keys) -> str | Reply:
    """Return the station's Signed object as it is kept, or why it is not taken."""
    try:
        signed = wire.decode_object(data, PURPOSE).members
        kid = str(signed.get("kid"))
        if kid not in keys or keys[kid].is_revoked:
            return refused("bad-signature")
        note = open_text(PURPOSE, signed, keys[kid].verify_key)
    except wire.WireError as error:
        return refused("malformed", detail=str(error))
    except SignatureError:
        return refused("bad-signature")
    if published is None or _note(published) != note:
        return NOT_IN_FORCE
    kept = {name: str(signed[name]) for name in ("note", "kid", "alg", "sig")}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def _note(published: bytes) -> str | None:
    try:
        return SignedText.of(published).note
    except wire.WireError:
        # Damaged on the disk; central puts it right when it certifies next.
        return None


def _keep(evidence: Evidence, *, where: tuple[str, str], signed: str, received_ms: int) -> Reply:
    station, day = where
    note = str(json.loads(signed)["note"])
    evidence.countersign(station, day, hashlib.sha256(note.encode()).hexdigest(), received_ms, signed)
    log.info("certificate.countersigned", station=station, day=day)
    return TAKEN
