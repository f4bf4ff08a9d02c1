"""Logins from the command line: given, listed, linked, taken out of use, a second factor replaced."""

import stat

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User

from central.errors import CentralError, RefusedError
from central.store.models import School
from tests.central.commands.conftest import Central
from tests.fakes import school as schools

pytestmark = pytest.mark.django_db
WHY = ("--as", "E007", "--reason", "asked for it")


@pytest.fixture
def office(central: Central) -> Central:
    School.objects.all().delete()
    schools.give_login(schools.build().teacher)
    central.file("password", "four words in a row\n").chmod(0o600)
    return central


def test_a_student_is_given_a_login_and_it_is_listed(office: Central) -> None:
    told = office.run("login", "add-student", "001001", "--password-file", office.folder / "password")
    assert told == "student 001001 signs in as 001001\n"
    assert authenticate(username="001001", password="four words in a row") is not None  # noqa: S106  made up
    listed = office.run("login", "list", "--search", "soto")
    assert listed.split() == "001001 student 001001 in use never signed in".split()
    assert office.run("login", "list").count("\n") == 2


def test_a_login_is_linked_taken_out_of_use_and_given_a_new_second_factor(office: Central) -> None:
    who = "login-E001"
    office.run("login", "link", who, "--email", "t@school.example", *WHY)
    assert User.objects.get().email == "t@school.example"
    assert "signs in no more" in office.run("login", "disable", who, *WHY)
    assert "may sign in again" in office.run("login", "enable", who, *WHY)
    seed = office.folder / "seed"
    office.run("login", "reset-code", who, *WHY, "--totp-seed-file", seed)
    assert stat.S_IMODE(seed.stat().st_mode) == 0o600
    with pytest.raises(CentralError, match="is there already"):
        office.run("login", "reset-code", who, *WHY, "--totp-seed-file", seed)
    with pytest.raises(RefusedError, match="no login 'nobody'"):
        office.run("login", "disable", "nobody", *WHY)
