"""Published: the ASGI application stations speak to; `build` makes it, its lifespan runs the writer."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from central.config import CentralConfig
from central.intake import certificates, documents, releases, station_keys, usb
from central.intake.acks import Ground, Now, Signer
from central.intake.admission import Admission
from central.intake.door import Door
from central.intake.endpoints import Endpoints
from central.intake.identity import begin_incarnation, read_server
from central.intake.keyring import Keyring
from central.intake.opening import Opening
from central.intake.own_error import own_error
from central.intake.parts import Parts
from central.intake.safe import Safe
from central.intake.straight import Straight
from central.intake.writer import Writer
from station.logs import Log

log = Log(__name__)
_TOKEN_BYTES = 16


def build(
    config: CentralConfig,
    now: Now,
    new_token: Callable[[], str] | None = None,
    admission: Admission | None = None,
) -> Starlette:
    """Make the application for the data folder of `config`; it may be started once.

    Takes the lock of the evidence at once and gives it back when the application ends, so a second
    intake on the same evidence fails here. `new_token` draws what nobody can guess; `admission`
    knows what this machine can do. Raises
    UnavailableError, ConfigError and SettingsError, before any request is taken.
    """
    server = read_server(config)
    signer = Signer(server, now, new_token or partial(secrets.token_urlsafe, _TOKEN_BYTES), _ground(config))
    opening = Opening(config, signer)
    writer = Writer(opening)
    parts = Parts(
        writer=writer,
        signer=signer,
        keyring=Keyring(config.data / "keyring.json"),
        now=now,
        data=config.data,
        admission=admission or Admission(),
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        writer.start()
        log.info("intake.started", server=server.name, inc=signer.inc, term=signer.term)
        try:
            yield
        finally:
            await asyncio.to_thread(writer.stop)
            opening.release()
            log.info("intake.stopped", server=server.name)

    door = Middleware(Door, admission=parts.admission, keyring=parts.keyring)
    endpoints = Endpoints(parts)
    straight = Middleware(Straight, batches=endpoints.sync)
    app = Starlette(routes=_routes(parts, endpoints), middleware=[door, straight], lifespan=lifespan)
    # Whoever serves the application tells the service manager of its progress, not of its own.
    app.state.is_alive = lambda: writer.is_alive
    return app


def _ground(config: CentralConfig) -> Ground:
    return Ground(
        begin=partial(begin_incarnation, config.data),
        safe_seq=Safe(config.data / "safe.json").seq,
        eps_ms=own_error(config).eps_ms,
    )


def _routes(parts: Parts, endpoints: Endpoints) -> list[Route]:
    return [
        *endpoints.routes(),
        *documents.routes(parts),
        *usb.routes(parts),
        *certificates.routes(parts),
        *station_keys.routes(parts),
        *releases.routes(parts),
    ]
