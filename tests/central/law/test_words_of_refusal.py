"""A provision that cannot be read is refused in words that name the file, the provision and the field."""

from datetime import date

import pytest

from central.domain.calendar import SchoolYear
from central.domain.period import PeriodKind
from central.law import provision
from central.law.chronic import absence_rate, is_chronic_absentee
from central.law.errors import LawError, ProvisionError
from central.law.months import require_disjoint
from central.law.periods import period_ends_on
from central.law.provision_file import parse
from central.law.question import caveats
from tests.central.law.test_months import month
from tests.central.law.test_provision import HEAD, WORDING

TEXT = HEAD + WORDING
WHERE = "x.toml: tardy_minutes"
FIRST = f"{WHERE}: since[0]"


def refusal(find: str, replace: str) -> str:
    assert find in TEXT
    with pytest.raises(ProvisionError) as told:
        parse(TEXT.replace(find, replace, 1), "x.toml")
    return str(told.value)


@pytest.mark.parametrize(
    ("find", "replace", "begins"),
    [
        ("means = ", "rank = 1\nmeans = ", f"{WHERE} "),
        ('unit = "minutes"', "unit = 3", f"{WHERE}: unit "),
        ('unit = "minutes"', 'unit = "hours"', f"{WHERE}: 'hours' is no unit; use one of "),
        ("means = ", "means = 3 #", f"{WHERE}: means "),
        ("value = 30", "value = 30\nrank = 1", f"{FIRST} "),
        ('evidence = "statute"', "evidence = 3", f"{FIRST}: evidence "),
        ('cite = "EC 48260(a) (R-TRU-01)"', "cite = 3", f"{FIRST}: cite "),
        ('href = "https://example.org/48260"', "href = 3", f"{FIRST}: href "),
        ("value = 30", "value = 30.5", f"{FIRST}: value"),
        ('text = "... more than a 30-minute period ..."', "text = 3", f"{FIRST}: text "),
    ],
)
def test_a_refusal_names_where_it_is(find: str, replace: str, begins: str) -> None:
    assert refusal(find, replace).startswith(begins)


def test_a_refusal_lists_what_may_stand_there() -> None:
    units = refusal('unit = "minutes"', 'unit = "hours"').partition("use one of ")[2].split(", ")
    assert units == sorted(units)
    assert {"days", "minutes", "share", "yes or no"} <= set(units)
    assert refusal('evidence = "statute"', 'evidence = "hearsay"').endswith(
        "use one of statute, official, secondary, recalled"
    )


def test_all_a_wording_says_is_kept() -> None:
    found = parse(TEXT.replace("value = 30", "value = 1"), "x.toml")["tardy_minutes"]
    (wording,) = found.wordings
    assert found.means == "Minutes after which being late is an occasion of truancy"
    assert (wording.value, wording.cite) == (1, "EC 48260(a) (R-TRU-01)")
    assert wording.href == "https://example.org/48260"
    assert wording.text == "... more than a 30-minute period ..."


def test_what_is_no_table_is_refused_as_a_provision() -> None:
    with pytest.raises(ProvisionError, match=r"x\.toml: tardy_minutes"):
        parse("tardy_minutes = 3\n", "x.toml")


def test_the_version_of_the_rule_set_has_twelve_characters() -> None:
    assert len(provision.rule_set_version()) == 12


def test_the_rule_set_is_not_the_same_when_text_moves_from_one_file_to_its_neighbour(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    versions = set()
    for parts in (("a", "bc"), ("ab", "c")):
        folder = tmp_path_factory.mktemp("parameters")
        for name, text in zip(("1.toml", "2.toml"), parts, strict=True):
            (folder / name).write_text(text, encoding="utf-8")
        monkeypatch.setattr(provision, "PARAMETERS", folder)
        versions.add(provision.rule_set_version())
    assert len(versions) == 2


def test_a_day_of_july_is_of_the_first_half(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provision, "choice", lambda _name, _on: "07-31")
    assert provision.date_in("a day", SchoolYear("2024-25")) == date(2024, 7, 31)


def test_months_that_share_one_day_overlap() -> None:
    one, two = month(1, date(2024, 9, 2)), month(2, date(2024, 9, 9))
    touching = type(two)(2, one.ends_on, two.ends_on, two.weeks)
    with pytest.raises(LawError, match="overlap on 2024-09-06"):
        require_disjoint([one, touching])


def test_who_missed_every_day_missed_all_of_them() -> None:
    assert absence_rate(5, 5) == 1
    assert is_chronic_absentee(5, 5, date(2024, 9, 2))


@pytest.mark.parametrize(
    ("kind", "ends_on"),
    [
        (PeriodKind.P1, date(2024, 12, 31)),
        (PeriodKind.P2, date(2025, 4, 15)),
        (PeriodKind.ANNUAL, date(2025, 6, 30)),
    ],
)
def test_a_period_ends_on_its_day(kind: PeriodKind, ends_on: date) -> None:
    assert period_ends_on(kind, SchoolYear("2024-25")) == ends_on


def test_a_recalled_provision_is_named_with_what_to_do_from_its_first_day_on() -> None:
    name = "oldest_age_in_an_ordinary_charter"
    first = provision.provisions()[name].wordings[0].since
    (found,) = [row for row in caveats(["R-AGE-02"], first) if row.subject == name]
    assert (found.rule, found.citation) == ("R-AGE-02", "5 CCR 11960(c)(1)(B) (R-AGE-02)")
    assert found.remedy == "have counsel compare the provision with its text"
