"""Both descriptions for programs are kept to: whatever is sent, the answer is one that is described."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from central.config import CentralConfig
from central.store.models import Staff
from central.web import api, clock
from central.web.api.operation import Operation
from central.work import keys, tokens
from central.work.keys import ACK
from central.work.tokens import NewToken, TokenWish
from central.work.tool_rights import Right, Tool, may
from tests.fakes import office as offices
from tests.fakes import school as schools
from tests.fakes import untimed
from tests.fakes.described import OFTEN, Case, Sending, send_what_does_not_fit, send_what_fits
from tests.fakes.evidence_file import SERVER_KEY
from tests.fakes.office import Office
from tests.fakes.untimed import EVENING

_STAFF_PATH = f"/{api.AT}openapi.json"
_CSRF = "a" * 32
BY_NAME = {operation.name: operation for operation in api.OPERATIONS}


@pytest.fixture(scope="module")
def db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Open the records once for all operations, and take everything back in the end."""
    del django_db_setup
    # A server would close the connection after each request, and with it what nobody has committed.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def office(db: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Build a school with one of everything, as the server's own installation, once for all operations."""
    del db
    folder = tmp_path_factory.mktemp("office")
    keys.make(folder / "keys", secrets.token_bytes)
    # The two that the school's stations and cards were made with.
    (folder / "keys" / f"{ACK}.pub").write_text(SERVER_KEY.verify_key.public.hex(), encoding="ascii")
    (folder / "keys" / "school.key").write_text(schools.SCHOOL_KEY.hex(), encoding="ascii")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(django_settings, "CONFIG", CentralConfig(data_dir=str(folder)))
        patched.setattr(clock, "now", lambda: EVENING)
        yield offices.fill(untimed.build(folder))


@pytest.fixture(scope="module")
def described(office: Office) -> Any:  # noqa: ANN401  schemathesis has no types for it
    """Read the description once, as a program does."""
    del office
    return schemathesis.openapi.from_wsgi(_STAFF_PATH, get_wsgi_application())


@pytest.fixture(autouse=True)
def _as_it_was(office: Office) -> Iterator[None]:
    """Take back whatever one operation did before the next is asked for."""
    del office
    cache.clear()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass
class Asker:
    """Somebody who may ask for an operation, by a token where it reads, else signed in."""

    operation: Operation
    office: Office

    @property
    def who(self) -> Staff:
        """Return the auditor, who reads everything, or the first who may change this."""
        small = self.office.room.small
        if self.operation.reads:
            return small.auditor
        if self.operation.tool in {Tool.CLOSURES, Tool.STUDY}:
            return small.clerk
        return next(staff for staff in small.staff.values() if self.operation.may(staff))

    def token(self) -> NewToken:
        """Make a token that reads all its owner may."""
        scopes = frozenset(tool for tool in Tool if may(self.who, tool, Right.READ))
        return tokens.make(
            self.who, TokenWish("trial", scopes, clock.now() + timedelta(days=1)), bytes, clock.now()
        )

    def credentials(self) -> Sending:
        """Return what is sent beside a request: a token to read, else the cookie of a session."""
        if self.operation.reads:
            return {"headers": {"Authorization": f"Bearer {self.token().secret}"}}
        client = Client()
        assert self.who.user is not None
        client.force_login(self.who.user)
        session = client.cookies["sessionid"].value
        return {"cookies": {"sessionid": session, "csrftoken": _CSRF}, "headers": {"X-CSRFToken": _CSRF}}

    def known(self) -> dict[str, Any]:
        """Return what there is for it to name; a token to be revoked is its owner's own."""
        if self.operation.name == "revokeToken":
            return {"identity": str(self.token().token.pk)}
        return self.office.known(self.operation.name)


@OFTEN
@pytest.mark.parametrize("name", BY_NAME)
def test_the_staff_api_answers_as_it_is_described(
    name: str,
    examples: int,
    office: Office,
    described: Any,  # noqa: ANN401  as above
) -> None:
    asker = Asker(BY_NAME[name], office)
    asked = f"/{api.AT.rstrip('/')}{asker.operation.route}"
    operation, sending = described[asked][asker.operation.method], asker.credentials()
    known = asker.known()

    def settle(case: Case, is_real: bool) -> Sending:  # noqa: FBT001  as it is called
        for part in (case.path_parameters, case.query, case.body) if is_real else ():
            if isinstance(part, dict):
                part.update({name: known[name] for name in part.keys() & known.keys()})
        if is_real and asker.operation.takes:
            case.body = offices.STAFF_FILE
        return {}

    answers = send_what_fits(operation, sending, settle, examples // 2)
    # Something real was asked: it was done, or a rule stood in the way.
    assert answers & {200, 201, 409, 429}, sorted(answers)
    send_what_does_not_fit(operation, sending, examples // 2)
