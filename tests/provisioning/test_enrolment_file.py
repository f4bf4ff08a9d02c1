"""The file of an enrolment: read whole or refused, and none of its tokens is ever said."""

import pytest

from provisioning import enrolment
from provisioning.errors import EnrolmentFileError
from tests.fakes.provisioning import TOKENS, Desk


@pytest.mark.parametrize(
    "members",
    [
        {"v": 2},
        {"server_ack": "a1" * 31},
        {"server_config": "zz" * 32},
        {"key_id": ""},
        {"tokens": []},
        {"tokens": {"st-r101": {"token": "short", "expires_at": "2099-01-01T00:00:00Z"}}},
        {"tokens": {"st-r101": {"token": "x" * 30, "expires_at": "2099-01-01T00:00:00"}}},
        {"tokens": {"st-r101": "x" * 30}},
        {"release_root": 1},
    ],
)
def test_an_enrolment_of_another_form_is_refused_and_not_repeated(
    desk: Desk, members: dict[str, object]
) -> None:
    with pytest.raises(EnrolmentFileError, match="not an enrolment of a form") as refusal:
        enrolment.read(desk.enrol(**members))
    assert "x" * 30 not in str(refusal.value)


def test_an_enrolment_others_may_read_or_that_is_missing_is_refused(desk: Desk) -> None:
    file = desk.enrol()
    file.chmod(0o640)
    with pytest.raises(EnrolmentFileError, match="chmod 600"):
        enrolment.read(file)
    file.unlink()
    with pytest.raises(EnrolmentFileError, match=r"cannot read .* enlist"):
        enrolment.read(file)


def test_no_token_shows_when_an_enrolment_is_printed(desk: Desk) -> None:
    assert TOKENS["st-r101"] not in repr(enrolment.read(desk.enrol()))
