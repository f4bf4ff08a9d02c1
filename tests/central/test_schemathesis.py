"""Both descriptions for programs are kept to: whatever is sent, the answer is one that is described."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import schemathesis
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client

from central.config import CentralConfig
from central.store.models import Staff
from central.web import api, clock
from central.web.api.operation import Operation
from central.work import recovery_records, tokens
from central.work.keys import ACK
from central.work.recovery_act import Act
from central.work.recovery_faults import Dates, RecordWish
from central.work.tokens import NewToken, TokenWish
from central.work.tool_rights import Right, Tool, may
from tests.fakes import school as schools
from tests.fakes import untimed
from tests.fakes.described import OFTEN, Case, Sending, send_what_does_not_fit, send_what_fits
from tests.fakes.evidence_file import SERVER_KEY
from tests.fakes.school import MONDAY, SmallSchool
from tests.fakes.untimed import EVENING, UntimedRoom

_STAFF_PATH = f"/{api.AT}openapi.json"
_CSRF = "a" * 32
BY_NAME = {operation.name: operation for operation in api.OPERATIONS}


@pytest.fixture
def room(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[UntimedRoom]:
    """Build a school with a room whose taps wait for a person's word, as the server's own installation."""
    del db
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / f"{ACK}.pub").write_text(SERVER_KEY.verify_key.public.hex(), encoding="ascii")
    monkeypatch.setattr(django_settings, "CONFIG", CentralConfig(data_dir=str(tmp_path)))
    monkeypatch.setattr(clock, "now", lambda: EVENING)
    cache.clear()
    # The records of a test live in its one connection, which a server would close after each request.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield untimed.build(tmp_path)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@dataclass
class Asker:
    """Somebody who may ask for an operation, and what the school really has for it to name."""

    operation: Operation
    room: UntimedRoom

    @property
    def small(self) -> SmallSchool:
        """Return the school."""
        return self.room.small

    @property
    def who(self) -> Staff:
        """Return the auditor, who reads everything, or the first who may change this."""
        if self.operation.reads:
            return self.small.auditor
        return next(staff for staff in self.small.staff.values() if self.operation.may(staff))

    def token(self) -> NewToken:
        """Make a token that reads all its owner may."""
        scopes = frozenset(tool for tool in Tool if may(self.who, tool, Right.READ))
        return tokens.make(
            self.who, TokenWish("trial", scopes, clock.now() + timedelta(days=1)), bytes, clock.now()
        )

    def credentials(self) -> Sending:
        """Return what is sent beside a request: a token to read, else the cookie of a session."""
        user = schools.give_login(self.who)
        if self.operation.reads:
            return {"headers": {"Authorization": f"Bearer {self.token().secret}"}}
        client = Client()
        client.force_login(user)
        session = client.cookies["sessionid"].value
        return {"cookies": {"sessionid": session, "csrftoken": _CSRF}, "headers": {"X-CSRFToken": _CSRF}}

    def known(self) -> dict[str, str]:
        """Return what there is, by the names it is asked for with: nothing is found by guessing."""
        small = self.small
        act = Act(small.leader, clock.now())
        if self.operation.name == "revokeToken":
            identity = self.token().token.pk
        else:
            identity = recovery_records.add(small.ana, RecordWish(Dates(MONDAY, MONDAY), ""), act).pk
        since = until = str(MONDAY + timedelta(1))
        if self.operation.name == "decideTime":
            since, until = f"{MONDAY}T08:20:00-07:00", f"{MONDAY}T08:35:00-07:00"
        return {
            "number": small.ana.number,
            "station": small.station_101.code,
            "code": small.station_101.code,
            "year": small.year.name,
            "kind": "p1",
            "part": "proof",
            "epoch": str(self.room.tap.epoch),
            "sequence": str(self.room.tap.sequence),
            "gap": f"st-r102/unheard/{MONDAY}/0/0",
            "since": since,
            "until": until,
            "code_of_class": small.algebra.code,
            "on": MONDAY.isoformat(),
            "identity": str(identity),
        }


@pytest.mark.django_db
@OFTEN
@pytest.mark.parametrize("name", BY_NAME)
def test_the_staff_api_answers_as_it_is_described(name: str, examples: int, room: UntimedRoom) -> None:
    asker = Asker(BY_NAME[name], room)
    schema = schemathesis.openapi.from_wsgi(_STAFF_PATH, get_wsgi_application())
    asked = f"/{api.AT.rstrip('/')}{asker.operation.route}"
    described, sending = schema[asked][asker.operation.method], asker.credentials()

    known = asker.known()

    def settle(case: Case, is_real: bool) -> Sending:  # noqa: FBT001  as it is called
        for part in (case.path_parameters, case.query, case.body) if is_real else ():
            if isinstance(part, dict):
                part.update({name: known[name] for name in part.keys() & known.keys()})
        return {}

    answers = send_what_fits(described, sending, settle, examples // 2)
    # Something real was asked: it was done, or a rule stood in the way.
    assert answers & {200, 201, 409, 429}
    send_what_does_not_fit(described, sending, examples // 2)
