from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from central.domain.calendar import SchoolYear
from central.law import provision
from central.law.errors import LawError, ProvisionError
from central.law.provision_file import parse

WORDING = """
[[tardy_minutes.since]]
from = 2020-07-01
value = 30
cite = "EC 48260(a) (R-TRU-01)"
text = "... more than a 30-minute period ..."
href = "https://example.org/48260"
evidence = "statute"
verified = 2026-11-21
"""
HEAD = """
[tardy_minutes]
means = "Minutes after which being late is an occasion of truancy"
unit = "minutes"
"""


def test_a_provision_is_read_with_everything_it_says() -> None:
    found = parse(HEAD + WORDING, "x.toml")["tardy_minutes"]
    assert (found.name, found.unit) == ("tardy_minutes", "minutes")
    (wording,) = found.wordings
    assert (wording.since, wording.value, wording.evidence) == (date(2020, 7, 1), 30, "statute")
    assert wording.verified == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("find", "replace", "says"),
    [
        ("value = 30\n", "", "missing: \\['value'\\]"),
        ("value = 30\n", "value = 30\nnote = 'x'\n", "unknown: \\['note'\\]"),
        ("unit = ", "units = ", "unknown: \\['units'\\], missing: \\['unit'\\]"),
        ("means = ", "rank = 1\nmeans = ", "unknown: \\['rank'\\]"),
        ('unit = "minutes"', 'unit = "hours"', "'hours' is no unit"),
        ("value = 30", "value = 30.5", "30.5 is not how minutes are written"),
        ("value = 30", "value = true", "True is not how minutes are written"),
        ("value = 30", 'value = "30"', "'30' is not how minutes are written"),
        ("value = 30", "value = 0", "0 is not how minutes are written"),
        ('unit = "minutes"', 'unit = "share"', "30 is not how share are written"),
        ("from = 2020-07-01", "from = 2020-07-01T00:00:00Z", "from must be a date"),
        ("from = 2020-07-01", 'from = "2020-07-01"', "from must be a date"),
        ("verified = 2026-11-21", "verified = 2026", "verified must be a date"),
        ('evidence = "statute"', 'evidence = "hearsay"', "'hearsay' is no kind of evidence"),
        ('text = "... more than a 30-minute period ..."', 'text = " "', "text must be text"),
        ("[tardy_minutes]", "[tardy_minutes", "x.toml is not TOML"),
        ("[tardy_minutes]", "[tardy_minutes]\nunit = 'days'", "x.toml is not TOML"),
    ],
)
def test_anything_written_otherwise_is_refused(find: str, replace: str, says: str) -> None:
    text = HEAD + WORDING
    assert find in text
    with pytest.raises(ProvisionError, match=says):
        parse(text.replace(find, replace, 1), "x.toml")


def test_a_provision_without_a_wording_is_refused() -> None:
    with pytest.raises(ProvisionError, match="give at least one"):
        parse(HEAD + "since = []\n", "x.toml")


def test_wordings_must_follow_one_another() -> None:
    later = WORDING.replace("2020-07-01", "2021-07-01").replace("30", "20", 1)
    assert len(parse(HEAD + WORDING + later, "x.toml")["tardy_minutes"].wordings) == 2
    for text in (HEAD + later + WORDING, HEAD + WORDING + WORDING):
        with pytest.raises(ProvisionError, match="do not ascend"):
            parse(text, "x.toml")


@pytest.mark.parametrize(
    ("unit", "value"),
    [("share", '"11/20"'), ("month-day", '"04-15"'), ("yes or no", '"no"'), ("policy", '"whole_hours"')],
)
def test_words_are_written_as_their_unit_asks(unit: str, value: str) -> None:
    text = HEAD.replace('"minutes"', f'"{unit}"') + WORDING.replace("value = 30", f"value = {value}")
    assert parse(text, "x.toml")["tardy_minutes"].wordings[0].value == value.strip('"')
    for wrong in ("0/20", "55%", "4-15", "13-01", "Whole Hours"):
        with pytest.raises(ProvisionError, match="is not how"):
            parse(text.replace(value, f'"{wrong}"'), "x.toml")


def test_the_wording_of_a_day_is_the_last_one_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    text = HEAD + WORDING + WORDING.replace("2020-07-01", "2023-01-01").replace("value = 30", "value = 20")
    held = parse(text, "x.toml")
    monkeypatch.setattr(provision, "provisions", lambda: held)
    days = [date(2020, 7, 1), date(2022, 12, 31), date(2023, 1, 1), date(2030, 1, 1)]
    assert [provision.number("tardy_minutes", on) for on in days] == [30, 30, 20, 20]
    with pytest.raises(LawError, match="it is known from 2020-07-01 on"):
        provision.number("tardy_minutes", date(2020, 6, 30))


def test_a_provision_nobody_wrote_is_refused() -> None:
    with pytest.raises(LawError, match="no provision is called nonsense"):
        provision.in_force("nonsense", date(2024, 7, 1))


def test_numbers_and_words_are_not_taken_for_each_other() -> None:
    on = date(2024, 7, 1)
    with pytest.raises(LawError, match="not a whole number"):
        provision.number("second_period_ends", on)
    with pytest.raises(LawError, match="not a word"):
        provision.choice("days_for_full_funding", on)


def test_a_share_is_exact() -> None:
    assert provision.share("share_of_a_track_before_april", date(2024, 7, 1)) == Fraction(11, 20)


def test_a_day_of_the_year_falls_into_the_right_half_of_the_school_year() -> None:
    year = SchoolYear("2024-25")
    assert provision.date_in("first_period_ends", year) == date(2024, 12, 31)
    assert provision.date_in("second_period_ends", year) == date(2025, 4, 15)


def test_the_rule_set_has_a_name_that_follows_its_content(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = provision.rule_set_version()
    assert real == provision.rule_set_version()
    for path in provision.PARAMETERS.glob("*.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(provision, "PARAMETERS", tmp_path)
    assert provision.rule_set_version() == real
    file = tmp_path / "ec_60901.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("1/10", "1/11"), encoding="utf-8")
    assert provision.rule_set_version() != real


def test_a_name_in_two_files_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(HEAD + WORDING, encoding="utf-8")
    monkeypatch.setattr(provision, "PARAMETERS", tmp_path)
    # Past the cache: what is asked is how the files are read, not what was read before.
    with pytest.raises(ProvisionError, match=r"b\.toml states tardy_minutes a second time"):
        provision.provisions.__wrapped__()
