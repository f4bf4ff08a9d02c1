"""Bring the station's first key to central under the token on its card, and ask until it is in use."""

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Final, Protocol

import sync_agent as package
from station.logs import Log
from station.settings import Secret
from sync_agent.backoff import Backoff
from sync_agent.config import Keys, SyncSettings, read_keys
from sync_agent.errors import CertificateDateError, CourierError, SignatureError, WireError
from sync_agent.folder import place
from sync_agent.ground import Ground
from sync_agent.judgement import is_valid_now
from sync_agent.keygen import make_key
from sync_agent.ports import Dated, Reply
from sync_agent.standing import Peer
from sync_agent.wire import (
    Enrolment,
    KeyState,
    Problem,
    enrolment_request,
    nonce_text,
    parse_key_answer,
)

log = Log(__name__)

TOKEN_FILE: Final = "enrol.token"  # noqa: S105  its file's name
ENROLLED_FILE: Final = "enrolled.json"
"""Central's word that the key is in use, as it was signed; beside the settings."""
AGAIN_S: Final = 2.0
"""The records take a key up within seconds."""
REFUSED_S: Final = 900.0
"""A no changes only when a person at central does something."""
_OK: Final = 200
_NONCE_BYTES: Final = 16


class Step(Enum):
    """What came of asking once."""

    DONE = "done"
    TAKEN = "taken"
    REFUSED = "refused"
    UNHEARD = "unheard"


class Courier(Protocol):
    """Carries a first key to central, as the courier of everything else does."""

    def enrol(self, message: bytes) -> Reply:
        """Carry a station's first key."""

    def ask_time(self, nonce: str) -> Dated:
        """Ask for central's signed time over a line whose certificate's dates are not looked at."""

    def overlook_dates(self) -> None:
        """Look at no certificate's dates from now on: this machine's clock was proven wrong."""


@dataclass(slots=True)
class Enroller:
    """Asks central once at a time; everything it believes is signed."""

    station: str
    keys: Keys
    token: str
    courier: Courier
    nonce: Callable[[], bytes]

    def ask(self) -> tuple[Step, Reply | None]:
        """Bring the key and say what came of it; the answer comes along where there was one."""
        nonce = nonce_text(self.nonce())
        enrolment = Enrolment(
            station=self.station,
            token=self.token,
            public=self.keys.signing.verify_key,
            nonce=nonce,
            sw=package.__version__,
        )
        try:
            reply = self.courier.enrol(enrolment_request(enrolment, self.keys.signing.sign))
        except CertificateDateError as error:
            self._learn_time(str(error))
            return Step.UNHEARD, None
        except CourierError as error:
            log.warning("enrolment.unheard", why=error)
            return Step.UNHEARD, None
        return self._judge(reply, nonce), reply

    def _judge(self, reply: Reply, nonce: str) -> Step:
        if reply.status != _OK:
            log.error("enrolment.refused", why=problem_of(reply), do="see how-to: a dead station")
            return Step.REFUSED
        try:
            note = parse_key_answer(reply.body, self.keys.server)
        except (WireError, SignatureError) as error:
            # Somebody between answers in central's place; nothing of it is believed.
            log.warning("enrolment.unheard", why=error)
            return Step.UNHEARD
        if (note.station, note.kid, note.nonce) != (self.station, self.keys.signing.kid, nonce):
            log.warning("enrolment.unheard", why="the answer is to another question")
            return Step.UNHEARD
        return Step.DONE if note.state is KeyState.IN_USE else Step.TAKEN

    def _learn_time(self, doubt: str) -> None:
        """Let central's signed time decide whether its certificate or this machine's clock is wrong."""
        nonce = nonce_text(self.nonce())
        ground = Ground(self.station, Peer(1), 0, self.keys.server, lambda _seq: None)
        try:
            is_good = is_valid_now(self.courier.ask_time(nonce), nonce, ground)
        except CourierError as error:
            log.warning("enrolment.unheard", why=error)
            return
        if is_good:
            self.courier.overlook_dates()
        else:
            log.warning("enrolment.unheard", why=doubt)


def enrol(
    settings: SyncSettings, config_file: Path, courier: Courier, pause: Callable[[float], None] = time.sleep
) -> bool:
    """Bring the key under the token beside the settings, however long it takes; say whether there was one.

    The key is made where there is none. All of it may be cut short and begin anew: the token stays where it
    is until the card is scrubbed, and the same key gets the same answer. Raises SettingsError, ConfigError,
    MemoryFileError.
    """
    token_file = config_file.parent / TOKEN_FILE
    if not token_file.exists():
        return False
    token = Secret(token_file).text()
    if not settings.signing_key.file.exists():
        make_key(settings.signing_key.file, secrets.token_bytes)
    keys = read_keys(settings)
    nonce = partial(secrets.token_bytes, _NONCE_BYTES)
    reply = _until_done(Enroller(settings.station, keys, token, courier, nonce), settings, pause)
    place(config_file.parent / ENROLLED_FILE, json.dumps(json.loads(reply.body)["key"]), is_durable=True)
    log.info("enrolment.done", station=settings.station, kid=keys.signing.kid)
    return True


def _until_done(enroller: Enroller, settings: SyncSettings, pause: Callable[[float], None]) -> Reply:
    backoff = Backoff(settings.timing.backoff_s, settings.timing.longest_backoff_s)
    dice, failures = secrets.SystemRandom().random, 0
    while True:
        step, reply = enroller.ask()
        if step is Step.DONE and reply is not None:
            return reply
        failures = failures + 1 if step is Step.UNHEARD else 0
        asked_s = None if reply is None else reply.retry_after_s
        if asked_s is None and step is not Step.UNHEARD:
            asked_s = AGAIN_S if step is Step.TAKEN else REFUSED_S
        pause(backoff.delay_s(failures, dice, asked_s))


def problem_of(reply: Reply) -> str:
    """Return a refusal's short name, or the status of an answer that has none."""
    try:
        return Problem.from_json(reply.status, reply.body).type
    except WireError:
        return f"status {reply.status}"
