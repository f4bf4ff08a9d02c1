"""Many rows are changed by one prepared statement, exactly as saving each would."""

import pytest

from central.store.models import Decision, Student, TeachingCredential
from central.store.models.append_only import WrittenOnceError
from central.store.rewrite import rewrite
from tests.fakes import school as schools
from tests.fakes.school import LABOR_DAY, MONDAY, at

pytestmark = pytest.mark.django_db


def test_only_the_named_fields_of_the_given_rows_change() -> None:
    small = schools.build()
    ana, ben = small.ana, small.ben
    ana.given_name, ana.family_name, ana.birth_on = "Anaïs", "not to be kept", MONDAY
    ben.given_name, ben.birth_on = "B'en\"", None
    rewrite([ana, ben], ["given_name", "birth_on"])
    kept = Student.objects.order_by("number").values_list("given_name", "family_name", "birth_on")
    assert list(kept)[:3] == [("Anaïs", "Soto", MONDAY), ("B'en\"", "Soto", None), ("Chloe", "Soto", None)]


def test_a_row_may_be_handed_to_another() -> None:
    small = schools.build()
    held = TeachingCredential.objects.get(staff=small.teacher)
    held.staff, held.until = small.clerk, LABOR_DAY
    rewrite([held], ["staff", "until"])
    held.refresh_from_db()
    assert (held.staff, held.until) == (small.clerk, LABOR_DAY)


def test_history_cannot_be_rewritten_this_way_either() -> None:
    decision = Decision(stage_to="certified", mark="present", at=at(MONDAY, "10:00"), is_same_day=True)
    with pytest.raises(WrittenOnceError):
        rewrite([decision], ["mark"])
    rewrite([], ["mark"])
