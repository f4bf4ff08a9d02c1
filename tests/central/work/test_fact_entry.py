"""A fact typed by a person: fixed words near health, whoever asks; and nobody without the right."""

from datetime import date

import pytest

from central.domain.private_fact import PRIVATE, words_for
from central.domain.student import FactKind
from central.errors import RefusedError
from central.store.models import StudentFact
from central.work.fact_entry import FactWish, keep_fact, withdraw_fact
from central.work.recovery_faults import FaultsError
from tests.fakes.school import FIRST_DAY, MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
NOW = at(MONDAY, "12:00")


def wish(kind: FactKind, evidence: str, until: date | None = None) -> FactWish:
    return FactWish(kind, FIRST_DAY, until, "", evidence)


def test_near_health_only_the_fixed_words_are_kept_and_withdrawn_with(small: SmallSchool) -> None:
    for kind in PRIVATE:
        with pytest.raises(FaultsError, match="only these words are kept") as refused:
            keep_fact(small.ana, wish(kind, "allergic to eggs"), small.clerk, NOW)
        assert [fault.field for fault in refused.value.faults] == ["evidence"]
        assert not StudentFact.objects.filter(kind=kind.value).exists()
        keep_fact(small.ana, wish(kind, words_for(kind)[0]), small.clerk, NOW)
        fact = StudentFact.objects.get(kind=kind.value)
        with pytest.raises(FaultsError, match="only these words are kept"):
            withdraw_fact(fact, "she was ill", small.clerk, NOW)
        withdraw_fact(fact, words_for(kind, withdraws=True)[0], small.clerk, NOW)
        assert StudentFact.objects.latest("pk").is_withdrawn


def test_elsewhere_a_person_says_what_was_seen_and_at_most_in_255_characters(small: SmallSchool) -> None:
    assert words_for(FactKind.RESIDENCY) == ()
    for evidence, says in (("", "say which proof"), ("x" * 256, "256 characters")):
        with pytest.raises(FaultsError, match=says):
            keep_fact(small.ana, wish(FactKind.RESIDENCY, evidence), small.clerk, NOW)
    assert keep_fact(small.ana, wish(FactKind.RESIDENCY, "lease"), small.clerk, NOW) == {"facts added": 1}
    assert keep_fact(small.ana, wish(FactKind.RESIDENCY, "lease"), small.clerk, NOW) == {}


def test_nobody_keeps_a_fact_without_the_right(small: SmallSchool) -> None:
    for by in (small.teacher, small.auditor):
        with pytest.raises(RefusedError, match="eligibility facts"):
            keep_fact(small.ana, wish(FactKind.RESIDENCY, "lease"), by, NOW)
    assert not StudentFact.objects.exists()
