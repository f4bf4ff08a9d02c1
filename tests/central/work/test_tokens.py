"""Tokens: made by who may read it all, known by their hash alone, refused with the reason."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from central.errors import RefusedError
from central.store.models import ApiToken, AuditEvent, Staff
from central.work import tokens
from central.work.tokens import Fault, NewToken, TokenRefusedError, TokenWish
from central.work.tool_rights import Tool
from tests.fakes import school as schools
from tests.fakes.school import SmallSchool

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 9, 9, 17, tzinfo=UTC)
SUMMER = NOW + timedelta(days=300)


@pytest.fixture
def small() -> SmallSchool:
    small = schools.build()
    schools.give_login(small.admin)
    return small


def wish(*scopes: Tool, expires_at: datetime = SUMMER, name: str = "nightly report") -> TokenWish:
    return TokenWish(name, frozenset(scopes or (Tool.REPORTS,)), expires_at)


def made(by: Staff, asked: TokenWish | None = None, entropy: bytes = bytes(range(32))) -> NewToken:
    return tokens.make(by, asked or wish(), lambda count: entropy[:count], NOW)


def why(secret: str, at: datetime = NOW) -> Fault:
    with pytest.raises(TokenRefusedError) as refused:
        tokens.find(secret, at)
    return refused.value.fault


def test_a_token_is_found_by_its_secret_and_kept_only_as_a_hash(small: SmallSchool) -> None:
    new = made(small.admin)
    assert new.secret.startswith("rb_AAECAwQF")
    assert len(new.secret) == 46
    assert new.secret not in repr(new)
    kept = ApiToken.objects.values().get()
    assert new.secret not in str(kept)
    assert new.secret not in str(list(AuditEvent.objects.values()))
    assert AuditEvent.objects.get(verb="make-token").by == small.admin.number
    found = tokens.find(new.secret, NOW)
    assert found == new.token
    assert tokens.may_read(found, Tool.REPORTS)
    assert not tokens.may_read(found, Tool.STUDENTS)


def test_its_last_use_is_noted_to_the_minute(small: SmallSchool) -> None:
    secret = made(small.admin).secret
    for after_s, noted_s in ((0, 0), (30, 0), (60, 60)):
        tokens.find(secret, NOW + timedelta(seconds=after_s))
        assert ApiToken.objects.get().last_used_at == NOW + timedelta(seconds=noted_s)


def test_a_token_that_opens_nothing_says_why(small: SmallSchool) -> None:
    new = made(small.admin)
    assert why("rb_" + "A" * 43) is Fault.UNKNOWN
    assert why("") is Fault.UNKNOWN
    assert why(new.secret, SUMMER) is Fault.EXPIRED
    tokens.find(new.secret, SUMMER - timedelta(microseconds=1))
    tokens.revoke(new.token, small.admin, "left on a shared disk", NOW)
    assert why(new.secret) is Fault.REVOKED
    assert AuditEvent.objects.get(verb="revoke-token").detail["reason"] == "left on a shared disk"


def test_a_token_ends_with_its_owners_login_and_reads_no_more_than_the_owner(small: SmallSchool) -> None:
    new = made(small.admin, wish(Tool.REPORTS, Tool.LOGINS))
    Staff.objects.filter(pk=small.admin.pk).update(role=Staff.Role.CLERK)
    found = tokens.find(new.secret, NOW)
    assert tokens.may_read(found, Tool.REPORTS)
    assert not tokens.may_read(found, Tool.LOGINS)
    assert small.admin.user is not None
    small.admin.user.is_active = False
    small.admin.user.save()
    assert why(new.secret) is Fault.OWNER_GONE


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (wish(expires_at=NOW), "within 400 days"),
        (wish(expires_at=NOW + timedelta(days=400, seconds=1)), "within 400 days"),
        (TokenWish("x", frozenset(), SUMMER), "without a scope"),
        (wish(name="  "), "needs a name"),
        (wish(name="x" * 61), "needs a name"),
        (wish(Tool.CREDENTIALS, Tool.TIMES, Tool.SAMPLES), "may not read internal audit"),
    ],
)
def test_a_token_that_asks_too_much_is_not_made(small: SmallSchool, asked: TokenWish, says: str) -> None:
    schools.give_login(small.clerk)
    with pytest.raises(RefusedError, match=says):
        made(small.clerk, asked)
    assert not ApiToken.objects.exists()


def test_only_who_can_sign_in_and_may_have_tokens_makes_one(small: SmallSchool) -> None:
    with pytest.raises(RefusedError, match="no login in use"):
        made(small.leader)
    schools.give_login(small.teacher)
    with pytest.raises(RefusedError, match="may not add own tokens"):
        made(small.teacher, wish(Tool.STUDENTS))


def test_a_token_is_revoked_by_its_owner_or_an_administrator_once_and_with_a_reason(
    small: SmallSchool,
) -> None:
    schools.give_login(small.leader)
    new = made(small.leader)
    for by, reason in ((small.clerk, "mine"), (small.leader, " ")):
        with pytest.raises(RefusedError):
            tokens.revoke(new.token, by, reason, NOW)
    tokens.revoke(new.token, small.admin, "left the school", NOW)
    with pytest.raises(RefusedError, match="revoked before"):
        tokens.revoke(new.token, small.admin, "again", NOW)


@pytest.mark.parametrize("names", [["report"], ["reports", "everything"]])
def test_a_scope_there_is_not_is_refused_with_those_there_are(names: Sequence[str]) -> None:
    with pytest.raises(RefusedError, match="the scopes are attendance, check-ins-and-notices"):
        tokens.tools(names)
