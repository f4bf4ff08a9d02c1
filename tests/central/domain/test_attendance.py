from itertools import product

from central.domain.attendance import MOVES, Stage, may_move
from central.domain.operator import Operator


def test_stages_are_numbered_as_in_the_schools_procedure() -> None:
    numbers = [stage.number for stage in Stage]
    assert numbers == [0, 1, 2, 3, None]


def test_only_what_a_certificated_person_stands_behind_counts() -> None:
    assert [stage for stage in Stage if stage.counts] == [Stage.CERTIFIED, Stage.SUBMITTED, Stage.CONFIRMED]


def test_students_and_clerks_never_take_a_record_to_where_it_counts() -> None:
    for since, to in product([None, *Stage], Stage):
        for operator in (Operator.STUDENT, Operator.CLERK):
            assert not (to.counts and may_move(operator, since, to))


def test_a_student_does_nothing_but_create_provisional_records() -> None:
    moves = [move for move in product([None, *Stage], Stage) if may_move(Operator.STUDENT, *move)]
    assert moves == [(None, Stage.PROVISIONAL)]


def test_a_record_climbs_one_stage_at_a_time() -> None:
    for since, to in MOVES:
        before, after = since.number if since else -1, to.number
        if before is not None and after is not None:
            assert after <= before + 1


def test_every_stage_can_be_left_and_reached() -> None:
    assert {since for since, _ in MOVES} == {None, *Stage}
    assert {to for _, to in MOVES} == set(Stage)
