"""Send requests made beforehand over some kept connections, each the next as soon as the last is answered."""

import argparse
import asyncio
import json
import ssl
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles
from typing import Final, Self, cast

CONNECTIONS: Final = 32
_LENGTH: Final = struct.Struct("<I")
_PATIENCE_S: Final = 120.0
_OK: Final = 200


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of the requests: seconds from the first to the last answer, and the sender's own processor.

    Latencies are in milliseconds, from a request's last byte given to the kernel to its whole answer.
    """

    requests: int
    refused: int
    wall_s: float
    cpu_s: float
    p50_ms: float
    p99_ms: float


def send(
    requests: Sequence[bytes], port: int, *, is_tls: bool = False, connections: int = CONNECTIONS
) -> Answered:
    """Send them all to 127.0.0.1 from a process of its own."""
    with tempfile.NamedTemporaryFile() as file:
        for each in requests:
            file.write(_LENGTH.pack(len(each)) + each)
        file.flush()
        command = [sys.executable, "-m", "benchmarks.closed_loop", file.name, str(port), str(connections)]
        done = subprocess.run(
            [*command, *(["--tls"] if is_tls else [])],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            timeout=_PATIENCE_S,
        )
    return Answered(**json.loads(done.stdout))


class _Connection(asyncio.Protocol):
    def __init__(self, requests: Iterator[bytes], statuses: Counter[int], took_s: list[float]) -> None:
        self._requests, self._statuses, self._took_s = requests, statuses, took_s
        self._heard = b""
        self._sent_at = 0.0
        self._transport: asyncio.Transport | None = None
        self.is_done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the word to begin: a handshake is not measured."""
        # A transport of uvloop is one in all but its ancestry.
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Say that the line broke, where more was to come."""
        if not self.is_done.done():
            self.is_done.set_exception(exc or ConnectionError("the server hung up"))

    def begin(self) -> Self:
        """Send the first request."""
        self._next()
        return self

    def data_received(self, data: bytes) -> None:
        """Send the next one when an answer is whole."""
        self._heard += data
        head, found, rest = self._heard.partition(b"\r\n\r\n")
        if found and _is_whole(head.lower(), rest):
            self._took_s.append(time.perf_counter() - self._sent_at)
            self._statuses[int(head[9:12])] += 1
            self._heard = b""
            self._next()

    def _next(self) -> None:
        assert self._transport is not None
        request = next(self._requests, None)
        if request is None:
            self.is_done.set_result(None)
            self._transport.close()
            return
        self._transport.write(request)
        self._sent_at = time.perf_counter()


def _is_whole(head: bytes, rest: bytes) -> bool:
    length = head.partition(b"content-length:")[2]
    if length:
        return len(rest) >= int(length.partition(b"\r\n")[0])
    return rest.endswith(b"0\r\n\r\n") if b"chunked" in head else True


async def _send(requests: Sequence[bytes], port: int, connections: int, *, is_tls: bool) -> Answered:
    loop = asyncio.get_running_loop()
    waiting, statuses, took_s = iter(requests), Counter[int](), list[float]()
    context = None
    if is_tls:
        # Whose certificate it is costs the same to read; here it is anybody's.
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    lines = [
        (
            await loop.create_connection(
                lambda: _Connection(waiting, statuses, took_s), "127.0.0.1", port, ssl=context
            )
        )[1]
        for _ in range(min(connections, len(requests)))
    ]
    began, used = time.perf_counter(), time.process_time()
    await asyncio.gather(*(line.begin().is_done for line in lines))
    wall_s, cpu_s = time.perf_counter() - began, time.process_time() - used
    hundredths = quantiles(took_s, n=100)
    refused = sum(count for status, count in statuses.items() if status // 100 != _OK // 100)
    if refused:
        print(f"closed_loop: answers by status: {dict(statuses)}", file=sys.stderr)
    return Answered(len(took_s), refused, wall_s, cpu_s, 1000 * hundredths[49], 1000 * hundredths[98])


def main() -> int:
    """Send what a file holds and print what came of it as JSON."""
    import uvloop

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("port", type=int)
    parser.add_argument("connections", type=int)
    parser.add_argument("--tls", action="store_true")
    options = parser.parse_args()
    data, at, requests = options.file.read_bytes(), 0, []
    while at < len(data):
        (length,) = _LENGTH.unpack_from(data, at)
        at += _LENGTH.size
        requests.append(data[at : at + length])
        at += length
    answered = uvloop.run(_send(requests, options.port, options.connections, is_tls=options.tls))
    print(json.dumps(asdict(answered)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
