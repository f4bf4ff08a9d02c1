"""The command `serve`: hear the stations and show the pages until told to stop."""

import argparse
import fcntl
import logging
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from central.commands import Now, say
from central.config import CentralConfig
from central.errors import ConfigError, UnavailableError
from central.serving import garbage, listening
from central.serving.family import BEAT, Family, program
from central.serving.site import Life, Site
from station.notify import ALIVE, READY, STOPPING, notify

HELP = "hear the stations and show the pages until told to stop"
_STATIONS, _STAFF = "stations", "staff"
_HIGHEST_PORT = 65535


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask how; what a child process is told stays out of the help."""
    parser.add_argument("--single", action="store_true", help="one process on one port, for a small school")
    parser.add_argument(
        "--port", type=_port, metavar="N", help="instead of the configured port; 0: a free one"
    )
    parser.add_argument("--station-port", type=_port, metavar="N", help="likewise for the stations' port")
    parser.add_argument("--child", choices=(_STATIONS, _STAFF), help=argparse.SUPPRESS)
    parser.add_argument("--socket", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--beats", type=int, help=argparse.SUPPRESS)


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Serve; 0 after a clean stop."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    # uvicorn tells its life at INFO; ours is told by the lines we print.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    listening.allow_lines()
    if args.child:
        return _child(args, config, now)
    if not (config.data / "server.json").exists():
        msg = f"{config.data} holds no central; run rollbook-central init"
        raise ConfigError(msg)
    with _only_server(config.data / "serve.lock"):
        return _alone(args, config, now) if args.single else _family(args, config)


def _alone(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    _require_records(config)
    from central import asgi

    listener = listening.listen(config.host, _either(args.port, config.port))
    site = f"listening on {listening.address(listener, config)}"
    with listener, _projecting(config, now) as projects:
        intake = asgi.stations(config, now)
        life = Life(_Beat([site]), lambda: projects() and intake.state.is_alive())
        Site(asgi.both(intake, asgi.staff(config)), config, has_lifespan=True, life=life).serve_on(listener)
    notify(STOPPING)
    return 0


def _family(args: argparse.Namespace, config: CentralConfig) -> int:
    pages = listening.listen(config.host, _either(args.port, config.port))
    stations = listening.listen(config.host, _either(args.station_port, config.station_port))
    lines = [
        f"listening on {listening.address(pages, config)}",
        f"hearing stations on {listening.address(stations, config)}",
    ]
    family = Family(on_life=_Beat(lines))
    family.start(_STATIONS, [*program(), "serve"], stations)
    family.start(_STAFF, [*program(), "serve"], pages)
    # Only the children accept: a socket the parent kept would take connections nobody answers.
    pages.close()
    stations.close()
    code = family.run()
    notify(STOPPING)
    return code


def _child(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    from central import asgi

    listener = socket.socket(fileno=args.socket)

    def beat() -> None:
        os.write(args.beats, BEAT)

    if args.child == _STATIONS:
        intake = asgi.stations(config, now)
        garbage.spare_the_waiting()
        Site(intake, config, has_lifespan=True, life=Life(beat, intake.state.is_alive)).serve_on(listener)
        return 0
    _require_records(config)
    with _projecting(config, now) as projects:
        Site(asgi.staff(config), config, has_lifespan=False, life=Life(beat, projects)).serve_on(listener)
    return 0


class _Beat:
    """Says where we listen at the first sign of life, and passes every one on to the service manager."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._is_ready = False

    def __call__(self) -> None:
        if not self._is_ready:
            self._is_ready = True
            for line in self._lines:
                say(f"rollbook-central: {line}")
            sys.stdout.flush()
            notify(READY)
        notify(ALIVE)


@contextmanager
def _projecting(config: CentralConfig, now: Now) -> Iterator[Callable[[], bool]]:
    """Bring evidence into the records meanwhile; what is given tells whether that goes on."""
    from central.serving.background import Projector

    projector = Projector(config, now)
    projector.start()
    try:
        yield lambda: projector.is_well(time.monotonic())
    finally:
        projector.stop()


@contextmanager
def _only_server(path: Path) -> Iterator[None]:
    """Hold the data folder: two servers on one would each take the other for broken."""
    with path.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read(20).strip() or "unknown"
            msg = f"{path.parent} is served already by process {holder}; stop that one first"
            raise UnavailableError(msg) from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _require_records(config: CentralConfig) -> None:
    from central.store import readiness

    readiness.set_up()
    if readiness.require(config).is_practice:
        say("rollbook-central: PRACTICE school: nothing here is ever claimed")


def _either(asked: int | None, configured: int) -> int:
    return configured if asked is None else asked


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > _HIGHEST_PORT:
        msg = f"{text!r} is no port; give a number from 0 to {_HIGHEST_PORT}"
        raise argparse.ArgumentTypeError(msg)
    return int(text)
