"""Random histories of operators: nothing counts that no certificated person signed, and no step is lost."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import pytest
from django.db import transaction
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from central.errors import CentralError
from central.exchange import attendance_file
from central.exchange.attendance_file import Line, Template
from central.exchange.named_file import NamedFile
from central.store.models import (
    AttendanceRecord,
    CheckIn,
    Decision,
    SessionCertification,
    Staff,
    TeachingCredential,
)
from central.store.queries import histories
from central.work import check_in, paper, student_years
from central.work.certify import Signature, certify_session, certify_with_code
from central.work.changes import Action, Change
from central.work.confirm import confirm
from central.work.propose import Word, mark_rest_absent, propose
from central.work.resolve import resolve
from central.work.submit import Wish, submit
from central.work.undo import take_back
from tests.fakes import school as schools
from tests.fakes.morning import Morning
from tests.fakes.school import MONDAY, SmallSchool, at

Stage, Mark = AttendanceRecord.Stage, AttendanceRecord.Mark
COUNTS = {Stage.CERTIFIED, Stage.SUBMITTED, Stage.CONFIRMED}
_ACTING = ["teacher", "clerk", "paraeducator"]
PEOPLE = st.sampled_from([*_ACTING, *_ACTING, "other_teacher", "leader", "it", "admin", "auditor"])
STUDENTS = st.sampled_from(["ana", "ben", "chloe"])
WHY = st.sampled_from(["came without a card", "came without a card", ""])
_OTHER: dict[str, Literal["present", "absent"]] = {"present": "absent", "absent": "present"}
# Said again here, by hand: what each role may do to a record, whoever wrote the table.
_MAY = {
    "taps": {
        ("", "provisional"),
        ("provisional", "removed"),
        ("provisional",) * 2,
        ("removed", "provisional"),
    },
    "student": {("", "provisional"), ("removed", "provisional")},
    "paraeducator": {("", "provisional")},
    "clerk": {
        ("", "provisional"),
        ("provisional", "provisional"),
        ("provisional", "removed"),
        ("removed", "provisional"),
    },
    "leader": set(),
    "it": set(),
    "admin": set(),
    "auditor": set(),
}


class Operators(RuleBasedStateMachine):
    """One class on two days, and everybody who may or may not touch its records, in any order."""

    small: SmallSchool
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self._undo = transaction.atomic()
        self._undo.__enter__()
        self.now = at(MONDAY, "09:00")
        self.files = 0
        self.morning = Morning(self.small)
        self.decided: list[int] = []
        self.signed: set[date] = set()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._undo.__exit__(None, None, None)

    @property
    def on(self) -> date:
        return MONDAY

    def _try(self, act: Callable[[], object]) -> bool:
        """Do something; a refusal must have written nothing."""
        before = Decision.objects.count(), list(_state())
        try:
            act()
        except CentralError:
            assert (Decision.objects.count(), list(_state())) == before
            return False
        return True

    @rule(hours=st.integers(1, 20))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(who=STUDENTS, minute=st.integers(0, 59))
    def a_card_is_tapped(self, who: str, minute: int) -> None:
        self.morning.tap(self.small.students[who], f"08:{minute:02d}")
        resolve(self.now)

    @rule(who=STUDENTS, by=PEOPLE)
    def a_student_says_they_are_here(self, who: str, by: str) -> None:
        said = check_in.Said(self.small.algebra, self.on, CheckIn.Way.PHONE_CALL, "called at nine")
        student = self.small.students[who]
        self._try(lambda: check_in.take(student, said, self.small.staff[by], self.now))

    @rule(who=STUDENTS, mark=st.sampled_from(["present", "absent"]), by=PEOPLE)
    def paper_is_keyed_in(self, who: str, mark: str, by: str) -> None:
        self.files += 1
        text = f"student number,date,mark\n{self.small.students[who].number},{self.on},{mark}"
        file, name = NamedFile("sheet.csv", text.encode()), f"S-{self.files}"
        sheet = paper.read(file, self.small.algebra, name)
        self._try(lambda: paper.accept(sheet, self.small.staff[by], self.now))

    @rule(by=PEOPLE, who=STUDENTS, action=st.sampled_from(Action), why=WHY)
    def somebody_changes_a_record(self, by: str, who: str, action: Action, why: str) -> None:
        word = Word(self.small.staff[by], self.now, why)
        change = Change(self.small.students[who].pk, action, why)
        self._try(lambda: propose(self.small.algebra, self.on, word, [change]))

    @rule(by=PEOPLE, why=WHY)
    def somebody_marks_the_rest_absent(self, by: str, why: str) -> None:
        word = Word(self.small.staff[by], self.now, why)
        self._try(lambda: mark_rest_absent(self.small.algebra, self.on, word))

    @rule(by=PEOPLE, who=STUDENTS)
    def somebody_takes_a_step_back(self, by: str, who: str) -> None:
        student = self.small.students[who].pk
        self._try(lambda: take_back(self.small.algebra, self.on, student, self.small.staff[by], self.now))

    @rule(
        by=st.just("teacher") | PEOPLE,
        why=st.just("as it was") | WHY,
        sign=st.sampled_from(["totp", "totp", ""]),
    )
    def somebody_certifies(self, by: str, why: str, sign: str) -> None:
        staff = self.small.staff[by]
        rest = AttendanceRecord.objects.filter(section=self.small.algebra, on=self.on)
        have = set(rest.exclude(stage=Stage.REMOVED).values_list("student_id", flat=True))
        here = [self.small.ana, self.small.ben, self.small.chloe]
        changes = [Change(student.pk, Action.ABSENT) for student in here if student.pk not in have]
        signature = Signature(staff, self.now, sign, why, why)
        if self._try(lambda: certify_session(self.small.algebra, self.on, signature, changes)):
            assert by == "teacher"
            self.signed.add(self.on)

    @rule(who=STUDENTS, action=st.sampled_from(Action))
    def the_teacher_corrects_what_is_signed(self, who: str, action: Action) -> None:
        signature = Signature(self.small.teacher, self.now, late_reason="late", reason="a mistake")
        change = Change(self.small.students[who].pk, action, "a mistake")
        if self._try(lambda: certify_session(self.small.algebra, self.on, signature, [change])):
            self.signed.add(self.on)

    @rule(by=PEOPLE)
    def somebody_signs_with_a_code_that_is_none(self, by: str) -> None:
        signature = Signature(self.small.staff[by], self.now, late_reason="late", reason="again")
        assert not self._try(lambda: certify_with_code(self.small.algebra, self.on, signature, "000000"))

    @rule(by=st.just("teacher") | PEOPLE)
    def somebody_submits(self, by: str) -> None:
        self.files += 1
        target = self.folder / f"{id(self)}-{self.files}.txt"
        wish, staff = Wish(self.on, self.on), self.small.staff[by]
        self._try(lambda: submit(wish, target, Template(), staff, self.now))

    @rule(by=st.just("teacher") | PEOPLE, drifts=st.sampled_from(["", "", "mark", "gone"]))
    def somebody_reads_back(self, by: str, drifts: str) -> None:
        lines = [
            Line(record.student.number, record.on, record.section.code, _OTHER[_OTHER[record.mark]])
            for record in AttendanceRecord.objects.filter(stage__in=COUNTS).select_related(
                "student", "section"
            )
        ]
        if drifts and lines:
            first = Line(lines[0].student_number, lines[0].on, lines[0].section, _OTHER[lines[0].mark])
            lines[:1] = [first] if drifts == "mark" else []
        file = NamedFile("back.txt", attendance_file.write(lines, Template()))
        self._try(lambda: confirm(file, Template(), self.small.staff[by], self.now))

    @invariant()
    def everything_holds(self) -> None:
        steps = list(Decision.objects.order_by("pk").values_list("pk", flat=True))
        if self.decided and steps == self.decided:
            return
        self.no_step_is_missing_from_a_history()
        self.history_only_grows(steps)
        self.nobody_took_a_step_that_is_not_theirs()
        self.what_counts_was_signed_by_a_teacher_with_a_credential()
        self.no_day_counts_before_it_is_certified()

    def no_step_is_missing_from_a_history(self) -> None:
        assert list(histories.broken()) == []

    def history_only_grows(self, steps: list[int]) -> None:
        assert steps[: len(self.decided)] == self.decided
        self.decided = steps

    def nobody_took_a_step_that_is_not_theirs(self) -> None:
        for step in Decision.objects.select_related("by"):
            if step.by is None:
                assert (step.stage_from, step.stage_to) in _MAY["taps"], step.pk
            elif step.by.role != Staff.Role.TEACHER and step.by_process != check_in.PROCESS:
                assert (step.stage_from, step.stage_to) in _MAY[step.by.role], step.pk

    def what_counts_was_signed_by_a_teacher_with_a_credential(self) -> None:
        for record in AttendanceRecord.objects.filter(stage__in=COUNTS):
            assert record.on in self.signed
            first = record.decisions.filter(stage_to=Stage.CERTIFIED).order_by("pk").first()
            assert first is not None
            assert first.signed_with == "totp"
            assert isinstance(first.certification, SessionCertification)
            held = TeachingCredential.objects.filter(
                staff=first.by, since__lte=record.on, until__gte=record.on
            )
            assert held.exists()

    def no_day_counts_before_it_is_certified(self) -> None:
        counted = {
            student.student for student in student_years.rows(self.small.year) if any(student.attended)
        }
        certified = AttendanceRecord.objects.filter(stage__in=COUNTS, mark=Mark.PRESENT)
        assert counted <= set(certified.values_list("student__number", flat=True))


def _state() -> list[tuple[object, ...]]:
    return list(AttendanceRecord.objects.order_by("pk").values_list("pk", "stage", "mark"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("histories_tried", "steps"),
    [(25, 20), pytest.param(1_000, 40, marks=[pytest.mark.soak, pytest.mark.timeout(7200)])],
)
def test_whatever_operators_do_nothing_counts_unsigned_and_no_step_is_lost(
    tmp_path: Path, histories_tried: int, steps: int
) -> None:
    Operators.small, Operators.folder = schools.build(), tmp_path
    schools.assign(Operators.small.paraeducator, Operators.small.algebra)
    run_state_machine_as_test(
        Operators,
        settings=settings(
            max_examples=histories_tried, stateful_step_count=steps, database=None, phases=[Phase.generate]
        ),
    )
