"""Each role is called in a sentence as people call it."""

import re

import pytest

from central.store.models import Staff
from central.work.roles import called, whom

_VOWELS = "aeiou"


@pytest.mark.parametrize("role", Staff.Role)
def test_a_role_reads_right_in_a_sentence(role: Staff.Role) -> None:
    said = called(Staff(role=role))
    article, word = re.fullmatch(r"(an?) (\w).*", said).groups()  # type: ignore[union-attr]  # fails as it should
    assert (article == "an") == (word in _VOWELS)
    assert role.label.lower().split()[-1] in said.lower()


def test_whom_to_ask_is_told_in_words() -> None:
    assert whom([Staff.Role.IT, Staff.Role.ADMIN, Staff.Role.CLERK]) == (
        "the administrator or the attendance clerk or IT"
    )
    assert whom([]) == ""
