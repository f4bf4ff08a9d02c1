"""The endpoints stations speak to, each a few steps from bytes to answer."""

import asyncio
import json
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib import resources
from typing import Final, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from central.intake.acks import ms
from central.intake.admission import Lane
from central.intake.agreement import judge_digests
from central.intake.door import Visit, visit_of
from central.intake.judge import Terms, judge_batch, judge_registration, judge_strange
from central.intake.keyring import Keys
from central.intake.offer import Offers
from central.intake.over_http import body, response
from central.intake.parts import Parts
from central.intake.reply import Reply, refused, too_large
from central.intake.verify import (
    ProvenBatch,
    ProvenDigests,
    ProvenRegistration,
    prove_batch,
    prove_digests,
    prove_registration,
    prove_strange,
)
from central.intake.writer import Judge
from sync_agent import wire

T = TypeVar("T")

OPENAPI_PATH: Final = "/v1/openapi.yaml"
_BAD_SIGNATURE: Final = refused("bad-signature")
_UNKNOWN_STATION: Final = refused("unknown-station")


@cache
def _description() -> bytes:
    return resources.files("central.intake").joinpath("sync-api.yaml").read_bytes()


class Endpoints:
    """What the endpoints share."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._writer = parts.writer
        self._signer = parts.signer
        self._keyring = parts.keyring
        self._now = parts.now
        self._offers = Offers(parts.data)
        self._desk = asyncio.Lock()

    def routes(self) -> list[Route]:
        """Return where each endpoint is found."""
        return [
            Route(wire.SYNC_PATH, self.sync, methods=["POST"]),
            Route(wire.EPOCHS_PATH, self.epochs, methods=["POST"]),
            Route(wire.DIGESTS_PATH, self.digests, methods=["POST"]),
            Route(wire.TIME_PATH, self.time, methods=["GET"]),
            Route(OPENAPI_PATH, self.openapi, methods=["GET"]),
            Route("/healthz", self.healthz, methods=["GET"]),
        ]

    async def sync(self, request: Request) -> Response:
        """Take a batch."""

        def judge(proven: ProvenBatch) -> Judge:
            terms = Terms(self._parts.pace(), self._offers.of(proven.batch.envelope.station))
            return partial(judge_batch, proven=proven, signer=self._signer, terms=terms)

        return await self._answer(request, prove_batch, judge)

    async def epochs(self, request: Request) -> Response:
        """Take the registration of an epoch."""

        def judge(proven: ProvenRegistration) -> Judge:
            return partial(judge_registration, proven=proven, signer=self._signer)

        return await self._answer(request, prove_registration, judge)

    async def digests(self, request: Request) -> Response:
        """Tell a station how far what is held is what it has."""

        def judge(proven: ProvenDigests) -> Judge:
            return partial(judge_digests, proven=proven, signer=self._signer)

        return await self._answer(request, prove_digests, judge)

    async def time(self, request: Request) -> Response:
        """Tell anybody the time, signed together with the nonce they chose."""
        received_ms = ms(self._now())
        try:
            nonce = wire.Fields("query", dict(request.query_params)).nonce("nonce")
        except wire.WireError as error:
            return response(refused("malformed", detail=str(error)))
        return response(Reply(200, json.dumps(self._signer.beacon(nonce, received_ms)).encode()))

    async def openapi(self, _request: Request) -> Response:
        """Give anybody the description of these endpoints for programs (OpenAPI 3.1)."""
        return Response(_description(), media_type="application/yaml")

    async def healthz(self, _request: Request) -> Response:
        """Say whether batches are being taken."""
        is_alive = self._writer.is_alive
        return Response(
            "ok\n" if is_alive else "not writing\n", 200 if is_alive else 503, media_type="text/plain"
        )

    async def _answer(
        self,
        request: Request,
        prove: Callable[[str, Keys, Mapping[str, str], bytes, int], T | Reply],
        judge: Callable[[T], Judge],
    ) -> Response:
        # Before the body is read: a later moment would bound the station's clock less tightly.
        received_ms, station = ms(self._now()), request.path_params["station"]
        data, visit = await body(request), visit_of(request)
        visit.begin()
        keys = self._keyring.station(station)
        if keys is None:
            return await self._refuse(_UNKNOWN_STATION, data or b"", received_ms, visit)
        if data is None:
            visit.tell(is_proven=False)
            return response(too_large())
        if visit.lane is Lane.DRAIN:
            await self._turn()
        proven = prove(station, keys, request.headers, data, received_ms)
        if isinstance(proven, Reply):
            return await self._refuse(proven, data, received_ms, visit)
        visit.tell(is_proven=True)
        about = proven.batch.envelope if isinstance(proven, ProvenBatch) else None
        return await self._judged(judge(proven), visit, about)

    async def _turn(self) -> None:
        """Let the proof of a large batch wait for the one before, and those in a hurry go between."""
        async with self._desk:
            await asyncio.sleep(0)

    async def _refuse(self, reply: Reply, data: bytes, received_ms: int, visit: Visit) -> Response:
        """Refuse what is not proven, and keep it where it proves that a key is on two boards."""
        visit.tell(is_proven=False)
        is_by_another = reply in (_BAD_SIGNATURE, _UNKNOWN_STATION)
        strange = prove_strange(self._keyring, data, received_ms) if is_by_another else None
        if strange is None:
            return response(reply)
        return await self._judged(partial(judge_strange, strange=strange, refusal=reply), visit)

    async def _judged(self, judge: Judge, visit: Visit, about: wire.Envelope | None = None) -> Response:
        reply = self._writer.submit(judge, visit.lane, visit.units, about)
        return response(await asyncio.wrap_future(reply))
