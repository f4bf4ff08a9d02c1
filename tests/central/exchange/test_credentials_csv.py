"""Raw card numbers are hashed where they are read, and stay out of every message."""

from hypothesis import given
from hypothesis import strategies as st

from central.exchange import credentials_csv
from central.exchange.credentials_csv import Issue
from central.exchange.problem import Problem
from station import credential

KEY = bytes(range(32))


def read(*lines: str) -> tuple[list[Issue], list[str]]:
    problems: list[Problem] = []
    text = "\n".join(["studentNumber,staffNumber,kind,value,since,until", *lines])
    issues = credentials_csv.read("cards.csv", text.encode(), KEY, problems)
    return issues, [str(problem) for problem in problems]


@given(raw=st.binary(min_size=7, max_size=7).filter(any), is_upper=st.booleans(), has_colons=st.booleans())
def test_a_card_gets_the_token_a_station_would_give_it(
    raw: bytes, *, is_upper: bool, has_colons: bool
) -> None:
    value = raw.hex(":") if has_colons else raw.hex()
    issues, problems = read(f"0012345,,UID,{value.upper() if is_upper else value},2024-08-19,")
    assert problems == []
    assert issues[0].token == credential.token(KEY, "uid", raw.hex())


def test_neither_problem_nor_repr_shows_a_number() -> None:
    issues, problems = read("0012345,,uid,04a1b2c3d4e5f6,2024-08-19,", "0012345,,uid,08a1b2c3,2024-08-19,")
    assert "04a1b2" not in repr(issues)
    assert "0012345" not in repr(issues)
    assert issues[0].token.hex() not in repr(issues)
    assert problems == [
        (
            "cards.csv row 3 column value: the value cannot identify a uid credential: "
            "it has the wrong length, or is one a card draws anew at every touch"
        )
    ]


def test_every_wrong_line_is_named_at_once() -> None:
    _, problems = read(
        "1,900,uid,04a1b2c3d4e5f6,2024-08-19,",
        "1,,nfc,04a1b2c3d4e5f6,2024-08-19,",
        "1,,uid,zz,2024-08-19,",
        "1,,em,04a1b2c3,2024-08-19,",
        "1,,uid,04a1b2c3d4e5f6,,",
        "1,,uid,04a1b2c3d4e5f6,2024-08-19,2024-08-01",
        "1,,uid,,2024-08-19,",
    )
    assert [problem.split(":")[0] for problem in problems] == [
        "cards.csv row 2 column studentNumber",
        "cards.csv row 3 column kind",
        "cards.csv row 4 column value",
        "cards.csv row 5 column value",
        "cards.csv row 6 column since",
        "cards.csv row 7 column until",
        "cards.csv row 8 column value",
    ]
