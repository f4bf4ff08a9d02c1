"""Cards are handed out at the command line as on the pages, and no number is ever shown."""

import io
import sys
from collections.abc import Callable

import pytest

from central.errors import CentralError, InputError
from central.store.models import Credential, CredentialEvent, Staff
from tests.central.commands.conftest import Central
from tests.fakes.oneroster import SAMPLE

Dump = Callable[[], str]
CARD, OTHER = "04a1b2c3d4e5f6", "04a1b2c3d4e5f7"
BY = ("--as", "C1")


@pytest.fixture
def school(with_calendar: Central) -> Central:
    with_calendar.run("import-roster", SAMPLE)
    teacher = Staff.objects.get()
    Staff.objects.create(
        school=teacher.school, number="C1", family_name="C", given_name="C", role=Staff.Role.CLERK
    )
    return with_calendar


def typing(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{value}\n"))


def test_a_card_is_issued_lost_replaced_lent_and_returned(
    school: Central, monkeypatch: pytest.MonkeyPatch, content: Dump
) -> None:
    typing(monkeypatch, "04:A1:B2:C3:D4:E5:F6")
    assert "issue: " in school.run("credential", "issue", "--student", "0012345", *BY)
    first = str(Credential.objects.get().pk)
    typing(monkeypatch, OTHER)
    torn = school.run("credential", "replace", first, *BY, "--reason", "torn")
    assert "0012345  2026-09-01 to now" in torn
    listed = school.run("credential", "list", "--student", "0012345")
    assert [line.split("  ")[4] for line in listed.splitlines()] == [
        "2026-09-01 to 2026-08-31",
        "2026-09-01 to now",
    ]
    typing(monkeypatch, CARD)
    lent = school.run("credential", "lend", "--staff", "900", "--until", "2026-09-05", *BY)
    assert "uid lent  900  2026-09-01 to 2026-09-05" in lent
    school.run("credential", "return", str(Credential.objects.latest("pk").pk), *BY)
    events = CredentialEvent.objects.order_by("pk").values_list("what", flat=True)
    assert list(events) == ["issued", "lost", "replaced", "lent", "returned"]
    assert CARD not in (content() + lent + torn).lower()


def test_what_cannot_be_a_card_is_refused_without_showing_it(
    school: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    typing(monkeypatch, "08a1b2c3")
    with pytest.raises(InputError) as refused:
        school.run("credential", "issue", "--student", "0012345", *BY)
    assert "08a1b2c3" not in str(refused.value)
    with pytest.raises(CentralError, match="there is no card '7'"):
        school.run("credential", "return", "7", *BY)
    with pytest.raises(CentralError, match="no unknown card"):
        school.run("credential", "learn", "--student", "0012345", "--card", "ab", *BY)
    assert "0 unknown cards" in school.run("credential", "list")
