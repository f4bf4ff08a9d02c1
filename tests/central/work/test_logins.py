"""Who can sign in: students with a long password, and logins taken out of use with a reason on record."""

import secrets

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from central.errors import InputError, RefusedError
from central.store.models import AuditEvent, Staff, Student
from central.work import logins
from central.work.logins import Act, StudentPassword
from tests.central.web.test_pages import sign_in
from tests.fakes import school as schools
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
NOW = at(MONDAY, "10:05")
WORDS = "four words in a row"


def act(by: Staff, reason: str = "left the school") -> Act:
    return Act(by, NOW, reason)


def test_a_student_signs_in_with_a_long_password_alone_and_sees_the_own_record(small: SmallSchool) -> None:
    with pytest.raises(InputError, match="at least 15 characters"):
        logins.give_student(small.ana, "ana", "only12chars!", NOW, "the office")
    assert not User.objects.exists()
    assert Student.objects.get(pk=small.ana.pk).user is None
    small.ana.refresh_from_db()
    user = logins.give_student(small.ana, "ana", WORDS, NOW, "the office")
    client = Client()
    client.post("/accounts/login/", {"login": "ana", "password": WORDS})
    assert client.get("/me/").status_code == 200
    assert client.get("/today/").status_code == 403
    with pytest.raises(ValidationError):
        StudentPassword().validate("only12chars!", user)
    with pytest.raises(RefusedError, match="sign in already"):
        logins.give_student(small.ana, "ana", WORDS, NOW, "the office")
    with pytest.raises(RefusedError, match="'ana' is taken"):
        logins.give_student(small.ben, "ana", WORDS, NOW, "the office")
    logins.give_student(small.ana, "ana", f"{WORDS} more", NOW, "the office", resets=True)
    assert authenticate(username="ana", password=WORDS) is None
    assert WORDS not in str(list(AuditEvent.objects.values()))


def test_a_login_out_of_use_ends_what_is_open_and_comes_back_with_a_reason(small: SmallSchool) -> None:
    client = sign_in(small.teacher)
    user = small.teacher.user
    assert user is not None
    assert client.get("/today/").status_code == 200
    logins.disable(user, act(small.admin))
    assert client.get("/today/").status_code == 302
    with pytest.raises(RefusedError, match="out of use already"):
        logins.disable(user, act(small.admin))
    with pytest.raises(RefusedError, match="needs a reason"):
        logins.enable(user, act(small.admin, " "))
    assert not User.objects.get().is_active
    logins.enable(user, act(small.admin, "came back"))
    assert client.get("/today/").status_code == 200
    said = AuditEvent.objects.order_by("pk").values_list("verb", "subject", "detail__reason")
    assert list(said) == [
        ("disable-login", "staff E001", "left the school"),
        ("enable-login", "staff E001", "came back"),
    ]


def test_a_lost_second_factor_is_replaced_and_the_old_one_opens_nothing(small: SmallSchool) -> None:
    user = schools.give_login(small.teacher)
    before = Authenticator.objects.get(user=user).data
    seed = logins.reset_code(user, act(small.admin, "lost the phone"), secrets.token_bytes)
    assert len(seed) == 32
    assert Authenticator.objects.get(user=user).data != before
    assert seed not in str(list(AuditEvent.objects.values()))
    child = logins.give_student(small.ana, "ana", WORDS, NOW, "the office")
    with pytest.raises(RefusedError, match="no second factor"):
        logins.reset_code(child, act(small.admin), secrets.token_bytes)


def test_only_an_administrator_changes_logins_and_never_the_own(small: SmallSchool) -> None:
    user = schools.give_login(small.teacher)
    mine = schools.give_login(small.admin)
    for by in (small.leader, small.clerk, small.auditor, small.staff["it"], small.teacher):
        with pytest.raises(RefusedError, match="may not delete logins"):
            logins.disable(user, act(by))
    for change in (logins.disable, logins.enable):
        with pytest.raises(RefusedError, match="the own login"):
            change(mine, act(small.admin))
    assert logins.find(small.school, user.username) == user
    assert logins.whose(user) == "staff E001"


def test_the_page_lists_finds_and_changes_logins(
    small: SmallSchool, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client, user = sign_in(small.admin), schools.give_login(small.teacher)
    for each in range(3):
        logins.give_student(list(small.students.values())[each], f"s{each}", WORDS, NOW, "the office")
    with django_assert_max_num_queries(12):
        page = client.get("/logins/", {"search": "login-E001"}).content.decode()
    assert '<td data-label="Login">login-E001</td>' in page
    assert ">Teacher, Robin<" in page
    assert ">s1<" not in page
    assert "s1" in client.get("/logins/", {"search": "ben"}).content.decode()
    assert client.post("/logins/", {"login": user.pk, "do": "disable", "reason": ""}).status_code == 409
    assert client.post("/logins/", {"login": user.pk, "do": "erase", "reason": "x"}).status_code == 409
    assert client.post("/logins/", {"login": "0", "do": "disable", "reason": "x"}).status_code == 404
    told = client.post("/logins/", {"login": user.pk, "do": "disable", "reason": "left"}, follow=True)
    assert "This login is out of use." in told.content.decode()
    made = client.post("/logins/", {"login": user.pk, "do": "reset", "reason": "lost phone"})
    assert (made.status_code, made["Cache-Control"]) == (201, "no-store")
    assert "The new seed" in made.content.decode()
