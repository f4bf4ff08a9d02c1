"""A real intake in a process of its own, to be spoken to over HTTP and killed at a chosen moment."""

import http.client
import json
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from central.config import CentralConfig
from tests.fakes.asgi import Answer
from tests.fakes.virtual_station import Message

ROOT = Path(__file__).parents[2]
PATIENCE_S = 30


class IntakeProcess:
    """The intake under uvicorn; `hold` may be "before commit" or "after commit" of commit number `at`."""

    def __init__(self, config: CentralConfig, hold: str = "", at: int = 0) -> None:
        command = [sys.executable, "-m", "tests.fakes.intake_process", config.data_dir, hold, str(at)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self.port = int(self._said())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def wait_until_it_holds(self) -> None:
        """Return when the chosen commit stands still."""
        assert self._said() == "holding"

    def kill(self) -> None:
        """End the process without a word of warning."""
        self._process.kill()
        self._process.wait(PATIENCE_S)

    def stop(self) -> int:
        """Ask the process to end and return how it ended."""
        if self._process.poll() is None:
            self._process.terminate()
        code = self._process.wait(PATIENCE_S)
        self._output.close()
        return code

    @property
    def _output(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout

    def _said(self) -> str:
        line = self._output.readline()
        assert line, "the intake ended"
        return line.strip()


class Line:
    """One kept connection to an intake."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)

    def post(self, message: Message) -> Answer:
        """Send a message; raises OSError or HTTPException when the line breaks."""
        return self._ask("POST", message.path, dict(message.headers), message.body)

    def get(self, path: str) -> Answer:
        """Ask for a path."""
        return self._ask("GET", path, {}, b"")

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        self._connection.request(method, path, body, headers)
        with self._connection.getresponse() as response:
            names = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, names, response.read())


def _serve(data_dir: str, hold: str, at: int) -> None:
    import socket
    from datetime import UTC, datetime

    import uvicorn

    from central.intake.app import build
    from central.intake.evidence_sqlite import SqliteEvidence

    commit, commits = SqliteEvidence.commit, [0]

    def holding(evidence: SqliteEvidence) -> None:
        commits[0] += 1
        if hold == "after commit":
            commit(evidence)
        if commits[0] == at:
            print("holding", flush=True)  # noqa: T201  the parent reads it
            threading.Event().wait()
        if hold == "before commit":
            commit(evidence)

    if hold:
        SqliteEvidence.commit = holding  # type: ignore[method-assign,assignment]  # a moment to be killed in
    app = build(CentralConfig(data_dir=data_dir), lambda: datetime.now(UTC))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(json.dumps(listening.getsockname()[1]), flush=True)  # noqa: T201  the parent reads it
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
        server.run(sockets=[listening])


if __name__ == "__main__":
    _serve(sys.argv[1], sys.argv[2], int(sys.argv[3]))
