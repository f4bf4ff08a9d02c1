"""The table of moves: what nobody may do, and that the law's own table allows no less."""

import ast
from itertools import product
from pathlib import Path

import pytest

import central
from central.domain.attendance import Stage as LawStage
from central.domain.attendance import may_move
from central.domain.operator import Operator
from central.errors import RefusedError
from central.store.models import AttendanceRecord, Decision
from central.work.record_moves import MOVES, Actor, Author, Need, move, person
from tests.fakes.one_class import AFTER_CLASS, Mark, Stage, provisional
from tests.fakes.school import SmallSchool

_OF_THE_LAW = {
    Actor.STUDENT: Operator.STUDENT,
    Actor.PARAEDUCATOR: Operator.STUDENT,
    Actor.CLERK: Operator.CLERK,
    Actor.TEACHER: Operator.CERTIFICATED,
    Actor.SUBMISSION: Operator.CERTIFICATED,
    Actor.READ_BACK: Operator.CERTIFICATED,
    Actor.TAPS: Operator.CLERK,
}
_ALL = [(since, to, who) for (since, to), actors in MOVES.items() for who in actors]


def test_no_move_is_allowed_that_the_law_gives_nobody() -> None:
    for since, to, who in _ALL:
        is_student_again = (since, to, who) == (Stage.REMOVED, Stage.PROVISIONAL, Actor.STUDENT)
        if since == to or is_student_again:
            continue
        law = may_move(_OF_THE_LAW[who], LawStage(since) if since else None, LawStage(to))
        assert law, (since, to, who)


def test_only_a_teacher_takes_a_record_to_stage_one_and_only_with_credential_and_code() -> None:
    into = [(since, who, MOVES[since, to][who]) for since, to, who in _ALL if to == Stage.CERTIFIED]
    first = [(who, needs) for since, who, needs in into if since in {"", Stage.PROVISIONAL, Stage.REMOVED}]
    assert first == [(Actor.TEACHER, frozenset({Need.CREDENTIAL, Need.CODE}))]
    for since, who, needs in into:
        assert Need.CREDENTIAL in needs, (since, who)


def test_what_is_certified_is_touched_by_nobody_without_a_credential() -> None:
    certified = {Stage.CERTIFIED, Stage.SUBMITTED, Stage.CONFIRMED}
    for since, to, who in _ALL:
        if since in certified:
            assert Need.CREDENTIAL in MOVES[since, to][who], (since, to, who)


def _writes_history(tree: ast.AST) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"Decision", "Decision.objects.create"}:
            return True
        targets = node.targets if isinstance(node, ast.Assign) else []
        names = [name for target in targets for name in ast.walk(target) if isinstance(name, ast.Attribute)]
        if any(name.attr == "stage" and ast.unparse(name.value) == "record" for name in names):
            return True
    return False


def test_records_are_moved_in_one_place() -> None:
    root = Path(central.__file__).parent
    found = [file for file in root.rglob("*.py") if _writes_history(ast.parse(file.read_text("utf-8")))]
    assert [str(file.relative_to(root)) for file in found] == ["work/record_moves.py"]


@pytest.mark.django_db
def test_a_move_outside_the_table_is_refused_and_leaves_the_record_as_it_was(small: SmallSchool) -> None:
    record = provisional(small, small.ana)
    authors = [
        *(person(small.staff[name], AFTER_CLASS) for name in ("teacher", "clerk", "paraeducator")),
        *(Author(who, AFTER_CLASS, "UTC", by_process="x") for who in Actor),
    ]
    for author, to in product(authors, [Stage.CERTIFIED, Stage.SUBMITTED, Stage.CONFIRMED]):
        with pytest.raises(RefusedError, match=r"may not|needs"):
            move(record, to, Mark.PRESENT, author, "because")
    assert record.stage == Stage.PROVISIONAL
    for name in ("leader", "it", "admin", "auditor"):
        with pytest.raises(RefusedError, match="may not change attendance records"):
            person(small.staff[name], AFTER_CLASS)
    assert AttendanceRecord.objects.get().stage == Stage.PROVISIONAL
    assert Decision.objects.count() == 1
