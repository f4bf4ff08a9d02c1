"""Take the body of a request, and give a reply, as HTTP carries them."""

import asyncio
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from central.intake.reply import Reply
from central.intake.verify import MAX_RECEIVED_BYTES

BODY_S: Final = 20.0
"""A body that is not here by then drips in byte by byte; a station has given up soon after."""


async def body(request: Request) -> bytes | None:
    """Return the body, or None as soon as it is longer than anything a station sends."""
    parts, size = [], 0
    try:
        async with asyncio.timeout(BODY_S):
            async for part in request.stream():
                parts.append(part)
                size += len(part)
                if size > MAX_RECEIVED_BYTES:
                    return None
    except (ClientDisconnect, TimeoutError):
        # Perhaps nobody is left to hear it, but half a body must be answered like any other half.
        return b""
    return b"".join(parts)


def response(reply: Reply) -> Response:
    """Return a reply as it leaves."""
    headers = {"Cache-Control": "no-store"}
    if reply.retry_after_s is not None:
        headers["Retry-After"] = str(reply.retry_after_s)
    return Response(reply.body, reply.status, headers, reply.media_type)
