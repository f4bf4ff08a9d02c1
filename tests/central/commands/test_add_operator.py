"""A login has a good password and a second factor, both from files nobody else can read."""

import stat
from collections.abc import Callable

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth import authenticate

from central.errors import CentralError, InputError, RefusedError
from central.store.models import Staff
from tests.central.commands.conftest import Central
from tests.fakes.oneroster import SAMPLE

Dump = Callable[[], str]
PASSWORD = "correct horse battery stäple"  # noqa: S105  a made-up teacher's


@pytest.fixture
def school(with_calendar: Central) -> Central:
    with_calendar.run("import-roster", SAMPLE)
    secret(with_calendar, "password", PASSWORD)
    return with_calendar


def secret(school: Central, name: str, text: str) -> None:
    school.file(name, f"{text}\n").chmod(0o600)


def add(school: Central, *arguments: str, number: str = "900", seed: str = "seed") -> str:
    files = ("--password-file", school.folder / "password", "--totp-seed-file", school.folder / seed)
    return school.run("add-operator", number, *files, *arguments)


def test_a_teacher_signs_in_with_password_and_code(school: Central) -> None:
    assert "staff member 900 (teacher) signs in as abaker" in add(school, "--username", "abaker")
    user = authenticate(username="abaker", password=PASSWORD)
    assert user == Staff.objects.get().user
    seed_file = school.folder / "seed"
    assert stat.S_IMODE(seed_file.stat().st_mode) == 0o600
    _, counter, _ = yield_hotp_counters_from_time()
    code = format_hotp_value(hotp_value(seed_file.read_text().strip(), counter))
    assert TOTP(Authenticator.objects.get(user=user)).validate_code(code)


def test_a_seed_that_is_there_is_used(school: Central) -> None:
    secret(school, "mine", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    add(school, seed="mine")
    stored = Authenticator.objects.get().data["secret"]
    assert get_adapter().decrypt(stored) == "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_neither_password_nor_seed_reach_the_log_of_what_people_did(school: Central, content: Dump) -> None:
    add(school)
    assert PASSWORD not in content()
    assert "add-operator" in content()


def test_a_bad_password_and_a_bad_seed_are_named_together_and_nothing_is_left(
    school: Central, content: Dump
) -> None:
    before = content()
    secret(school, "password", "password")
    secret(school, "short", "JBSWY3DP")
    with pytest.raises(InputError) as refused:
        add(school, seed="short")
    assert len(refused.value.problems) == 3
    assert refused.value.problems[-1] == "seed: it is shorter than 128 bits"
    with pytest.raises(InputError):
        add(school, seed="new")
    assert not (school.folder / "new").exists()
    assert content() == before


def test_secrets_others_can_read_are_refused(school: Central) -> None:
    (school.folder / "password").chmod(0o640)
    with pytest.raises(CentralError, match="others may read this secret"):
        add(school)
    with pytest.raises(CentralError, match="cannot be read"):
        school.run("add-operator", "900", "--password-file", school.folder / "no", "--totp-seed-file", "x")


def test_a_second_login_needs_a_word_and_replaces_the_first(school: Central) -> None:
    add(school)
    with pytest.raises(RefusedError, match="can sign in already"):
        add(school)
    secret(school, "password", "another long password")
    add(school, "--reset")
    assert authenticate(username="900", password=PASSWORD) is None
    assert authenticate(username="900", password="another long password") is not None  # noqa: S106  made up
    assert Authenticator.objects.count() == 1


def test_somebody_on_no_roster_is_taken_on_with_a_role(school: Central) -> None:
    with pytest.raises(RefusedError, match="no staff member has the number 77"):
        add(school, number="77")
    with pytest.raises(CentralError, match="go together"):
        add(school, "--role", "clerk", number="77")
    add(school, "--role", "clerk", "--family-name", "Okafor", "--given-name", "Ngozi", number="77")
    assert Staff.objects.get(number="77").role == Staff.Role.CLERK


def test_a_user_name_belongs_to_one_person(school: Central) -> None:
    add(school, "--username", "abaker")
    with pytest.raises(RefusedError, match="'abaker' is taken"):
        add(
            school,
            "--username",
            "abaker",
            "--role",
            "clerk",
            "--family-name",
            "Okafor",
            number="77",
            seed="s2",
        )
    assert not Staff.objects.filter(number="77").exists()
