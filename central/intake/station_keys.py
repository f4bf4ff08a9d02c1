"""Take the first key a station brings under its one-time token, and each key that follows."""

import asyncio
import hashlib
import re
from datetime import datetime
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from central.intake.acks import Signer, ms
from central.intake.door import visit_of
from central.intake.enlisted import Enlisted, Token, Tokens
from central.intake.evidence import Evidence
from central.intake.keyring import Keys
from central.intake.over_http import body, response
from central.intake.parts import Parts
from central.intake.reply import Reply, refused, too_large
from station.logs import Log
from sync_agent import wire
from sync_agent.signing import SignatureError
from sync_agent.wire import KeyState

log = Log(__name__)

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_STATES: Final = {"retired": "station-retired", "revoked": "token-revoked"}
SECOND_SUCCESSOR: Final = "second-successor"
"""Two keys are said to follow one: it was on two boards."""


def routes(parts: Parts) -> list[Route]:
    """Return where these endpoints are found."""
    desk = _Desk(parts)
    return [
        Route(wire.ENROLMENTS_PATH, desk.enrol, methods=["POST"]),
        Route(wire.KEYS_PATH, desk.rotate, methods=["POST"]),
    ]


class _Desk:
    """Where keys are handed in; what may be done with them the records decide, from what is kept here."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._enlisted = Enlisted(parts.data)

    async def enrol(self, request: Request) -> Response:
        """Take a station's first key."""
        at, visit = self._parts.now(), visit_of(request)
        data = await body(request)
        visit.begin()
        enrolment = _enrolment(data)
        if isinstance(enrolment, Reply):
            visit.tell(is_proven=False)
            return response(enrolment)
        judge = partial(
            _judge_enrolment,
            enrolment=enrolment,
            tokens=self._enlisted.current(),
            answer=self._answer(enrolment.station, enrolment.public.kid, enrolment.nonce),
            at=at,
        )
        reply = await asyncio.wrap_future(self._parts.writer.submit(judge, visit.lane, visit.units))
        # Whoever guesses tokens is looked at less and less often.
        visit.tell(is_proven=reply.status == _OK)
        return response(reply)

    async def rotate(self, request: Request) -> Response:
        """Take the key that follows the one that signed."""
        at, visit, station = self._parts.now(), visit_of(request), request.path_params["station"]
        data = await body(request)
        visit.begin()
        keys = self._parts.keyring.station(station) or {}
        asked = _rotation(station, keys, data) if keys else refused("unknown-station")
        visit.tell(is_proven=not isinstance(asked, Reply))
        if isinstance(asked, Reply):
            return response(asked)
        rotation, old_kid = asked
        judge = partial(
            _judge_rotation,
            rotation=rotation,
            old_kid=old_kid,
            is_over=keys[old_kid].is_revoked,
            answer=self._answer(station, rotation.public.kid, rotation.nonce),
            at=at,
        )
        reply = self._parts.writer.submit(judge, visit.lane, visit.units)
        return response(await asyncio.wrap_future(reply))

    def _answer(self, station: str, kid: str, nonce: str) -> Reply:
        known = (self._parts.keyring.station(station) or {}).get(kid)
        if known is not None and known.is_revoked:
            return refused("revoked")
        state = KeyState.TAKEN if known is None else KeyState.IN_USE
        return Reply(_OK, self._signer.key(station, kid, nonce, state))

    @property
    def _signer(self) -> Signer:
        return self._parts.signer


_OK: Final = 200


def _enrolment(data: bytes | None) -> wire.Enrolment | Reply:
    """Return an enrolment signed by the key it brings, or the refusal of what it is instead."""
    if data is None:
        return too_large()
    try:
        enrolment = wire.parse_enrolment_request(data)
    except wire.WireError as error:
        return refused("malformed", detail=str(error))
    except SignatureError:
        return refused("bad-signature")
    if not _NAME.fullmatch(enrolment.station):
        return refused("malformed", detail="the station's name is none")
    return enrolment


def _rotation(station: str, keys: Keys, data: bytes | None) -> tuple[wire.Rotation, str] | Reply:
    """Return a rotation and the kid of the key that is believed for it, or a refusal."""
    if data is None:
        return too_large()
    try:
        rotation, signed, signature = wire.Rotation.parse(data)
        old = keys.get(signature.kid)
        if old is None or rotation.station != station:
            return refused("bad-signature")
        old.verify_key.verify(signed, signature)
    except wire.WireError as error:
        return refused("malformed", detail=str(error))
    except SignatureError:
        return refused("bad-signature")
    if old.is_revoked and rotation.public.kid not in keys:
        return refused("revoked")
    return rotation, signature.kid


def _judge_enrolment(
    evidence: Evidence, *, enrolment: wire.Enrolment, tokens: Tokens, answer: Reply, at: datetime
) -> Reply:
    """Keep the first key a token brings; the same key asked again gets an answer again, another one none."""
    digest = hashlib.sha256(enrolment.token.encode()).hexdigest()
    key, held = enrolment.public, evidence.enrolled(digest)
    why = _objection(enrolment, tokens, digest, held, at)
    if why is not None:
        evidence.refuse_key(digest, enrolment.station, key.kid, why, ms(at))
        tell = log.error if why == "token-used" else log.warning
        tell("enrolment.refused", station=enrolment.station, why=why, kid=key.kid)
        return refused(why)
    if held is None:
        evidence.enrol(digest, enrolment.station, key, ms(at))
        log.info("enrolment.taken", station=enrolment.station, kid=key.kid)
    return answer


def _objection(
    enrolment: wire.Enrolment, tokens: Tokens, digest: str, held: tuple[str, str] | None, at: datetime
) -> str | None:
    """Return the name of the problem with a token, None where it may bring this key."""
    if tokens.school is not None and enrolment.school != tokens.school:
        return "wrong-school"
    token = tokens.by_digest.get(digest)
    if token is None or token.station != enrolment.station:
        return "token-unknown"
    if token.state in _STATES:
        return _STATES[token.state]
    return _of_the_key(token, enrolment.public.kid, None if held is None else held[1], at)


def _of_the_key(token: Token, kid: str, held: str | None, at: datetime) -> str | None:
    # What is held here and what the records say of it agree; after a restore one of them may lack it.
    brought = held or token.kid
    if brought is not None:
        return None if brought == kid else "token-used"
    return "token-expired" if at >= token.expires_at else None


def _judge_rotation(
    evidence: Evidence, *, rotation: wire.Rotation, old_kid: str, is_over: bool, answer: Reply, at: datetime
) -> Reply:
    """Keep the one key that follows another; a second one would mean that the key is on two boards.

    A key that is over brings nothing more. Whoever was away since before its end hears all the same that
    the key it brought in time is in use.
    """
    station, key = rotation.station, rotation.public
    follows = evidence.successor(station, old_kid)
    if is_over and follows != key.kid:
        return refused("revoked")
    if follows is None:
        if key.kid == old_kid:
            return refused("malformed", detail="a key cannot follow itself")
        evidence.rotate(station, old_kid, key, ms(at))
        log.info("key.taken", station=station, kid=key.kid, after=old_kid)
    elif follows != key.kid:
        evidence.refuse_key(old_kid, station, key.kid, SECOND_SUCCESSOR, ms(at))
        log.error("key.second", station=station, kid=key.kid, after=old_kid)
        return refused("clone")
    return answer
