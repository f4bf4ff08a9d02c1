"""The endpoints stations speak to, each a few steps from bytes to answer."""

import asyncio
import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from central.intake.acks import POLL_S, ms, reconnect_window_s
from central.intake.agreement import judge_digests
from central.intake.judge import Terms, judge_batch, judge_registration
from central.intake.keyring import Keys
from central.intake.offer import Offers
from central.intake.parts import Parts
from central.intake.reply import Reply, refused, too_large
from central.intake.rosters import Rosters
from central.intake.verify import MAX_RECEIVED_BYTES, prove_batch, prove_digests, prove_registration
from central.intake.writer import Judge
from sync_agent import wire

T = TypeVar("T")


class Endpoints:
    """What the endpoints share."""

    def __init__(self, parts: Parts) -> None:
        self._writer = parts.writer
        self._signer = parts.signer
        self._keyring = parts.keyring
        self._now = parts.now
        self._offers = Offers(parts.data)
        self._rosters = Rosters(parts.data / "rosters")

    def routes(self) -> list[Route]:
        """Return where each endpoint is found."""
        return [
            Route(wire.SYNC_PATH, self.sync, methods=["POST"]),
            Route(wire.EPOCHS_PATH, self.epochs, methods=["POST"]),
            Route(wire.DIGESTS_PATH, self.digests, methods=["POST"]),
            Route(wire.ROSTER_PATH, self.roster, methods=["GET"]),
            Route(wire.TIME_PATH, self.time, methods=["GET"]),
            Route("/healthz", self.healthz, methods=["GET"]),
        ]

    async def sync(self, request: Request) -> Response:
        """Take a batch."""
        proven = await self._prove(request, prove_batch)
        if isinstance(proven, Reply):
            return _response(proven)
        terms = Terms(self._pace(), self._offers.of(proven.batch.envelope.station))
        return await self._judged(partial(judge_batch, proven=proven, signer=self._signer, terms=terms))

    async def epochs(self, request: Request) -> Response:
        """Take the registration of an epoch."""
        proven = await self._prove(request, prove_registration)
        if isinstance(proven, Reply):
            return _response(proven)
        return await self._judged(partial(judge_registration, proven=proven, signer=self._signer))

    async def digests(self, request: Request) -> Response:
        """Tell a station how far what is held is what it has."""
        proven = await self._prove(request, prove_digests)
        if isinstance(proven, Reply):
            return _response(proven)
        return await self._judged(partial(judge_digests, proven=proven, signer=self._signer))

    async def roster(self, request: Request) -> Response:
        """Give a station its roster, or say that it has it already."""
        station = request.path_params["station"]
        keys = self._keyring.station(station)
        if keys is None:
            return _response(refused("unknown-station"))
        if _are_revoked(keys):
            return _response(refused("revoked"))
        roster = self._rosters.read(station)
        if roster is None:
            return Response("no roster is published for this station\n", 404, media_type="text/plain")
        headers = {"ETag": roster.etag, "Cache-Control": "no-cache"}
        if _names(request.headers.get("if-none-match"), roster.etag):
            return Response(status_code=304, headers=headers)
        return Response(roster.data, headers=headers, media_type="application/json")

    async def time(self, request: Request) -> Response:
        """Tell anybody the time, signed together with the nonce they chose."""
        received_ms = ms(self._now())
        try:
            nonce = wire.Fields("query", dict(request.query_params)).nonce("nonce")
        except wire.WireError as error:
            return _response(refused("malformed", detail=str(error)))
        return _response(Reply(200, json.dumps(self._signer.beacon(nonce, received_ms)).encode()))

    async def healthz(self, _request: Request) -> Response:
        """Say whether batches are being taken."""
        is_alive = self._writer.is_alive
        return Response(
            "ok\n" if is_alive else "not writing\n", 200 if is_alive else 503, media_type="text/plain"
        )

    async def _prove(
        self, request: Request, prove: Callable[[str, Keys, Mapping[str, str], bytes, int], T | Reply]
    ) -> T | Reply:
        # Before the body is read: a later moment would bound the station's clock less tightly.
        received_ms, station = ms(self._now()), request.path_params["station"]
        data = await _body(request)
        keys = self._keyring.station(station)
        if keys is None:
            return refused("unknown-station")
        if data is None:
            return too_large()
        return prove(station, keys, request.headers, data, received_ms)

    async def _judged(self, judge: Judge) -> Response:
        return _response(await asyncio.wrap_future(self._writer.submit(judge)))

    def _pace(self) -> wire.Pace:
        return wire.Pace(
            poll_s=POLL_S,
            max_entries=wire.MAX_ENTRIES,
            max_bytes=wire.MAX_BODY_BYTES,
            reconnect_window_s=reconnect_window_s(len(self._keyring)),
        )


async def _body(request: Request) -> bytes | None:
    """Return the body, or None as soon as it is longer than anything a station sends."""
    parts, size = [], 0
    try:
        async for part in request.stream():
            parts.append(part)
            size += len(part)
            if size > MAX_RECEIVED_BYTES:
                return None
    except ClientDisconnect:
        # Nobody is left to hear it, but half a body must be answered like any other half.
        return b""
    return b"".join(parts)


def _response(reply: Reply) -> Response:
    headers = {"Cache-Control": "no-store"}
    if reply.retry_after_s is not None:
        headers["Retry-After"] = str(reply.retry_after_s)
    return Response(reply.body, reply.status, headers, reply.media_type)


def _are_revoked(keys: Keys) -> bool:
    return all(key.is_revoked for key in keys.values())


def _names(header: str | None, etag: str) -> bool:
    """Return whether an If-None-Match header names the entity tag (RFC 9110, 13.1.2)."""
    given = [one.strip().removeprefix("W/") for one in (header or "").split(",")]
    return etag in given or given == ["*"]
