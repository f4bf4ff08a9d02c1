"""The command `rollup`: a school's counts of a year beside those of others, and their sum."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from central.commands import Now, say
from central.config import CentralConfig, PostgresConfig
from central.errors import ConfigError
from central.law.counting import Measure
from central.store import lookup
from central.store.models import School
from central.store.rollup_row import Row
from central.work import rollup, student_years
from central.work.rollup import Group, Sum
from central.work.year_counts import counted

HELP = "put a school's counts of a year beside those of others, and add them up"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask what is to be counted or added, and where the rows go."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--year", metavar="YYYY-YY", help="count this school's year and keep it, like 2024-25")
    what.add_argument("--sum", choices=("lea", "state"), help="add up what this database's schools kept")
    what.add_argument("--add", nargs="+", type=Path, metavar="FILE", help="add up what was written")
    parser.add_argument("--rebuild", action="store_true", help="make the bits anew from the records first")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the rows for others to add")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Count or gather, write where asked, and print what it comes to."""
    found = _found(args, config, now)
    sums = rollup.added(found)
    if args.write:
        rollup.write(args.write, found)
    schools = len({row.school for row in found})
    say(f"{schools} schools, {len(found)} rows")
    _tell(sums)
    return 0


def _found(args: argparse.Namespace, config: CentralConfig, now: Now) -> list[Row]:
    if args.add:
        return [row for path in args.add for row in rollup.read(path)]
    if args.sum:
        here = _postgres(config, "--sum adds what schools kept in one database; add files with --add")
        from central.store import rollups  # its driver comes with the extra `postgres` alone

        return rollups.kept(here, here.lea if args.sum == "lea" else None)
    if not args.write:
        _postgres(config, "say --write FILE, and add the files of many schools with --add")
    year = lookup.school_year(args.year)
    if args.rebuild:
        student_years.rebuild(year)
    counts, masks = counted(year, now())
    code = School.objects.get(pk=year.school_id).code
    lea = config.postgres.lea if config.postgres else rollup.lea_of(code)
    found = rollup.rows(lea, code, year.name, counts, masks)
    if config.postgres:
        from central.store import rollups  # as above

        rollups.replace(config.postgres, year.name, found)
    return found


def _postgres(config: CentralConfig, instead: str) -> PostgresConfig:
    if config.postgres is None:
        msg = f"the configuration names no [postgres], where schools stand side by side; {instead}"
        raise ConfigError(msg)
    return config.postgres


def _tell(sums: Mapping[Group, Sum]) -> None:
    for group, found in sums.items():
        measures = ", ".join(f"{found.measures[measure]} {measure}" for measure in Measure)
        ada = round(found.ada, 4)
        say(f"{group.year} {group.span}, {group.modality}, {group.period}: ADA {float(ada):.4f}; {measures}")
