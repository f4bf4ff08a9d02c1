"""Look whether everything for a delivery is in place there: the door, the queries, and every key."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from central.exchange.powerschool.ids import Ids, NoIdError
from central.work.deliver import by_year, days_of, require, scope
from central.work.delivery_judgement import State
from central.work.delivery_units import Terms, units_of
from central.work.delivery_wish import Courier, Trouble, Wish, trouble


@dataclass(slots=True)
class Checked:
    """How many rows each query gave, how much was looked at, and everything that is wrong at once."""

    rows: dict[str, int] = field(default_factory=dict)
    looked_at: int = 0
    problems: list[Trouble] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    """Codes of the configuration that no school year there knows."""


def check(wish: Wish, courier: Courier) -> Checked:
    """Ask for everything a delivery of these days needs, send nothing, and name all problems at once.

    Raises RefusedError and UnavailableError where not even asking is possible.
    """
    require(courier)
    found = Checked()
    terms = Terms(courier.config, courier.clock())
    for begins_in, days in by_year(sorted(days_of(wish, courier.by)) or [wish.until]).items():
        ids = Ids(courier.sis, scope(courier.config, begins_in, days))
        ids.load()
        _add(found.rows, ids.counted())
        name = f"{courier.config.queries}.attendance"
        last = replace(ids.scope, since=days[-1])
        _add(found.rows, {"attendance": len(courier.sis.whole(name, last.arguments()))})
        known, codes = set(ids.code_names().values()), courier.config.codes
        found.codes += [code for code in (codes.present, codes.absent, codes.tardy) if code not in known]
        for on in days:
            for unit in units_of(courier.by.school, on, terms):
                if unit.case.state is not State.CONFIRMED:
                    found.looked_at += 1
                    try:
                        ids.wanted(unit.entry)
                    except NoIdError as error:
                        found.problems.append(trouble(unit.records[0], str(error)))
    return found


def _add(sums: dict[str, int], more: Mapping[str, int]) -> None:
    for kind, count in more.items():
        sums[kind] = sums.get(kind, 0) + count
