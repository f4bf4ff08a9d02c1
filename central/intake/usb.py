"""Take batches and registrations that were carried here by hand."""

import asyncio
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from central.intake.acks import ms
from central.intake.door import visit_of
from central.intake.judge import Terms, judge_registration, judge_usb
from central.intake.offer import Offers
from central.intake.over_http import body, response
from central.intake.parts import Parts
from central.intake.reply import Reply, refused, too_large
from central.intake.verify import prove_registration, prove_usb
from central.intake.writer import Judge
from sync_agent import wire

_GZIP = b"\x1f\x8b"


def routes(parts: Parts) -> list[Route]:
    """Return where these endpoints are found."""
    return [Route(wire.USB_PATH, Counter(parts).take, methods=["POST"])]


class Counter:
    """Where files from a stick are handed in, one at a time; each says itself which station's it is."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._offers = Offers(parts.data)

    async def take(self, request: Request) -> Response:
        """Take one file."""
        received_ms = ms(self._parts.now())
        data, visit = await body(request), visit_of(request)
        visit.begin()
        if data is None:
            return response(too_large())
        judge = self._judge(data, received_ms)
        visit.tell(is_proven=not isinstance(judge, Reply))
        if isinstance(judge, Reply):
            return response(judge)
        reply = self._parts.writer.submit(judge, visit.lane, visit.units)
        return response(await asyncio.wrap_future(reply))

    def _judge(self, data: bytes, received_ms: int) -> Judge | Reply:
        try:
            if data.startswith(_GZIP):
                station = wire.unpack(data, wire.MAX_MESSAGE_BYTES).envelope.station
            else:
                station = wire.parse_epoch_request(data)[0].station
        except wire.TooLargeError:
            return too_large()
        except wire.WireError as error:
            return refused("malformed", detail=str(error))
        if data.startswith(_GZIP):
            return self._batch(station, data, received_ms)
        return self._registration(station, data, received_ms)

    def _batch(self, station: str, data: bytes, received_ms: int) -> Judge | Reply:
        keys = self._parts.keyring.station(station)
        if keys is None:
            return refused("unknown-station")
        proven = prove_usb(station, keys, data, received_ms)
        if isinstance(proven, Reply):
            return proven
        terms = Terms(self._parts.pace(), self._offers.of(station))
        return partial(judge_usb, proven=proven, signer=self._parts.signer, terms=terms)

    def _registration(self, station: str, data: bytes, received_ms: int) -> Judge | Reply:
        keys = self._parts.keyring.station(station)
        if keys is None:
            return refused("unknown-station")
        # A file has no headers; its signature covers every byte of it.
        headers = {"content-digest": wire.content_digest(data)}
        proven = prove_registration(station, keys, headers, data, received_ms)
        if isinstance(proven, Reply):
            return proven
        return partial(judge_registration, proven=proven, signer=self._parts.signer)
