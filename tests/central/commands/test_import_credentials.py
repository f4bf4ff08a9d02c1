"""Cards come in as keyed hashes, pass from hand to hand by date, and leave no number behind."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from central.errors import InputError
from central.store.models import Credential
from central.work import keys
from station import credential
from tests.central.commands.conftest import Central
from tests.fakes.oneroster import SAMPLE

Dump = Callable[[], str]
CARD, OTHER = "04a1b2c3d4e5f6", "04a1b2c3d4e5f7"


@pytest.fixture
def school(with_calendar: Central) -> Central:
    with_calendar.run("import-roster", SAMPLE)
    return with_calendar


def give(school: Central, *lines: str) -> str:
    text = "\n".join(["studentNumber,staffNumber,kind,value,since,until", *lines])
    return school.run("import-credentials", school.file("cards.csv", text))


def held(value: str, school: Central) -> list[tuple[str, date, date | None]]:
    token = credential.token(keys.school_key(school.config.keys), "uid", value)
    rows = Credential.objects.filter(token=token).select_related("student", "staff").order_by("since")
    return [(holder.number, row.since, row.until) for row in rows if (holder := row.student or row.staff)]


def test_a_card_is_recorded_under_its_token_only(school: Central, content: Dump) -> None:
    assert "2 credentials added" in give(
        school, f"0012345,,uid,{CARD},2026-08-17,", f",900,uid,{OTHER},2026-08-17,"
    )
    assert held(CARD, school) == [("0012345", date(2026, 8, 17), None)]
    assert held(OTHER, school) == [("900", date(2026, 8, 17), None)]
    assert CARD not in content().lower()


def test_the_same_file_again_changes_nothing(school: Central, content: Dump) -> None:
    line = f"0012345,,uid,{CARD},2026-08-17,"
    give(school, line)
    before = content()
    assert "nothing changed" in give(school, line)
    assert content() == before


def test_a_card_given_to_somebody_else_ends_for_the_first_the_day_before(
    school: Central, content: Dump
) -> None:
    give(school, f"0012345,,uid,{CARD},2026-08-17,")
    give(school, f"0098765,,uid,{CARD},2026-10-05,")
    both = [
        ("0012345", date(2026, 8, 17), date(2026, 10, 4)),
        ("0098765", date(2026, 10, 5), None),
    ]
    assert held(CARD, school) == both
    before = content()
    # An old file read again does not take the card back.
    give(school, f"0012345,,uid,{CARD},2026-08-17,")
    assert content() == before


def test_files_in_any_order_come_to_the_same_hands(school: Central) -> None:
    give(school, f"0098765,,uid,{CARD},2026-10-05,", f"0012345,,uid,{CARD},2026-08-17,")
    assert [until for _, _, until in held(CARD, school)] == [date(2026, 10, 4), None]


def test_a_lost_card_ends_with_its_date(school: Central) -> None:
    give(school, f"0012345,,uid,{CARD},2026-08-17,")
    give(school, f"0012345,,uid,{CARD},2026-08-17,2026-09-30", f"0012345,,uid,{OTHER},2026-10-01,")
    assert held(CARD, school) == [("0012345", date(2026, 8, 17), date(2026, 9, 30))]
    assert held(OTHER, school)[0][1] == held(CARD, school)[0][1] + timedelta(days=45)


def test_every_problem_is_named_and_none_of_the_file_goes_in(school: Central, content: Dump) -> None:
    before = content()
    with pytest.raises(InputError) as refused:
        give(
            school,
            f"0012345,,uid,{CARD},2026-08-17,",
            f"0098765,,uid,{CARD},2026-08-17,",
            f"404,,uid,{OTHER},2026-08-17,",
            f",404,uid,{OTHER},2026-08-17,",
            "0012345,,uid,08a1b2c3,2026-08-17,",
        )
    assert [text.split(": ", 1) for text in refused.value.problems] == [
        ["cards.csv row 3", "this credential is given to two people from the same day on"],
        ["cards.csv row 4", "no student has this number"],
        ["cards.csv row 5", "no staff member has this number"],
        [
            "cards.csv row 6 column value",
            (
                "the value cannot identify a uid credential: "
                "it has the wrong length, or is one a card draws anew at every touch"
            ),
        ],
    ]
    assert content() == before
