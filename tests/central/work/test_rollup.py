"""Numbers kept by school add up to one count over everybody: in one database, over two servers, by files."""

from collections import Counter
from fractions import Fraction
from pathlib import Path

import psycopg
import pytest

from central.config import PostgresConfig
from central.errors import CentralError
from central.law.counting import Counts, Measure, count
from central.law.day_planes import PERIODS
from central.store.rollup_row import Row
from central.store.rollups import kept, replace
from central.work import rollup
from central.work.rollup import Group
from tests.fakes import postgres
from tests.fakes.random_years import YEAR, RandomYear, random_year

SCHOOLS = ("34000000000001", "34000000000002", "19000000000003", "19000000000004")


def own_rows(school: str, year: RandomYear) -> list[Row]:
    return rollup.rows(school[:7], school, YEAR.name, count(year.rows, year.masks), year.masks)


@pytest.fixture(scope="module")
def years() -> dict[str, RandomYear]:
    return {school: random_year(seed, students=6) for seed, school in enumerate(SCHOOLS)}


def at_once(years: dict[str, RandomYear]) -> tuple[Counts, dict[Group, Fraction]]:
    """Count every student of every school in one go, tracks and students named after their school."""
    rows = [
        row._replace(student=f"{school} {row.student}", track=f"{school} {row.track}")
        for school, year in years.items()
        for row in year.rows
    ]
    masks = {f"{school} {code}": mask for school, year in years.items() for code, mask in year.masks.items()}
    counts = count(rows, masks)
    found: dict[Group, Fraction] = {}
    for (cell, measure, kind), number in counts.items():
        if measure is Measure.ATTENDED:
            days = dict(zip(PERIODS, masks[cell.track].divisors, strict=True))[kind]
            group = Group(YEAR.name, cell.span, cell.modality, kind.value)
            found[group] = found.get(group, Fraction(0)) + Fraction(number, days.bit_count())
    return counts, found


def is_the_whole(found: list[Row], years: dict[str, RandomYear]) -> None:
    counts, ada = at_once(years)
    expected: Counter[tuple[Group, str]] = Counter()
    for (cell, measure, kind), number in counts.items():
        expected[Group(YEAR.name, cell.span, cell.modality, kind.value), measure.value] += number
    sums = rollup.added(found)
    told = {(group, measure): n for group, one in sums.items() for measure, n in one.measures.items()}
    assert len(expected) > 50
    assert told == {key: number for key, number in expected.items() if number}
    assert {group: one.ada for group, one in sums.items() if one.ada} == {k: v for k, v in ada.items() if v}


def config(url: str, school: str) -> PostgresConfig:
    return PostgresConfig(url, school[:7], school)


def keep(url: str, school: str, rows: list[Row]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS "school_{school}"')
    replace(config(url, school), YEAR.name, rows)


def test_schools_of_one_database_add_up_and_a_second_count_takes_the_place_of_the_first(
    postgres_url: str, years: dict[str, RandomYear]
) -> None:
    first = config(postgres_url, SCHOOLS[0])
    assert kept(first, None) == []
    for school, year in years.items():
        keep(postgres_url, school, own_rows(school, random_year(99)))
        keep(postgres_url, school, own_rows(school, year))
    is_the_whole(kept(first, None), years)
    county = {school: year for school, year in years.items() if school.startswith("34")}
    is_the_whole(kept(first, first.lea), county)


def test_two_servers_add_up_to_one_count_over_all_students(
    postgres_url: str, years: dict[str, RandomYear], tmp_path: Path
) -> None:
    with postgres.cluster() as second:
        shards = (postgres_url, second.url())
        for number, (school, year) in enumerate(years.items()):
            keep(shards[number % 2], school, own_rows(school, year))
        files = []
        for number, url in enumerate(shards):
            files.append(tmp_path / f"shard-{number}.json")
            rollup.write(files[-1], kept(config(url, SCHOOLS[number]), None))
    found = [row for path in files for row in rollup.read(path)]
    assert {row.school for row in found} == set(SCHOOLS)
    is_the_whole(found, years)
    with pytest.raises(CentralError, match="is there twice"):
        rollup.added([*found, *rollup.read(files[0])])


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    for text in ("", "[]", '{"v": 1}', '{"v":1,"columns":["lea"],"rows":[]}'):
        path.write_text(text)
        with pytest.raises(CentralError, match=r"rows\.json is "):
            rollup.read(path)
