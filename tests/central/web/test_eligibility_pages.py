"""The pages of eligibility: what is missing, the days it costs, and fixed words near health."""

from datetime import date

import pytest
from django.core.cache import cache
from pytest_django import DjangoAssertNumQueries

from central.store.models import StudentFact, Viewing
from central.web import clock
from tests.central.web.test_recovery_pages import in_order, of, text
from tests.fakes import facts, recovery_school
from tests.fakes.recovery_school import RecoverySchool, at, taught

pytestmark = pytest.mark.django_db
TODAY = date(2025, 9, 12)
ANA = "/eligibility/001001/"


@pytest.fixture
def school() -> RecoverySchool:
    made = recovery_school.build(has_begun=True)
    for student in made.students.values():
        student.birth_on = date(2010, 1, 1)
        student.save()
    facts.fact(made.students["ben"], "residency", date(2025, 8, 1), date(2025, 9, 20))
    facts.fact(made.students["chloe"], "residency", date(2025, 8, 1))
    for on in taught()[1:5]:
        made.certify(on, ["ben"])
    facts.keep_facts(made.school, date(2025, 8, 1))
    return made


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(TODAY, "09:00"))
    cache.clear()


def test_the_list_says_who_lacks_a_proof_whose_ends_and_how_many_days_it_costs(
    school: RecoverySchool, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    clerk = of(school)
    with django_assert_max_num_queries(40):
        page = text(clerk.get("/eligibility/"))
    in_order(page, "Soto, Ana", "no proof of California residency covers this day", "EC 47612(b) (R-AGE-01)")
    in_order(page, "Soto, Ana", '<td class="number" data-label="Days held back">5</td>', "Soto, Ben")
    in_order(page, "Soto, Ben", "09/20/2025: no proof of California residency", ">0</td>")
    assert "Soto, Chloe" not in page
    assert "Soto, Ben" not in text(clerk.get("/eligibility/?rule=R-AGE-01")).split("<tbody>")[1]
    assert clerk.get("/eligibility/?open=001002")["Location"] == "/eligibility/001002/"
    school.school.facts_kept_since = None
    school.school.save()
    assert "has not said from when facts are kept" in text(clerk.get("/eligibility/"))
    assert "none was examined" in text(clerk.get(ANA))


def test_a_fact_is_kept_corrected_and_withdrawn_and_its_days_count(school: RecoverySchool) -> None:
    clerk = of(school)
    page = text(clerk.get(ANA))
    in_order(
        page, "Soto, Ana", "5 days of this school year are held back", "missing today", "No fact is on file"
    )
    in_order(
        text(clerk.get(f"{ANA}?new")),
        "Which fact is it?",
        "Residency",
        "EC 47612(b) (R-AGE-01)",
        "Immunization",
    )
    new = f"{ANA}?new=residency"
    typed = {"do": "save", "since": "2025-08-01", "until": "2025-07-01", "evidence": "lease"}
    wrong = clerk.post(new, typed)
    assert wrong.status_code == 409
    in_order(text(wrong), 'id="id_until"', "before it begins (08/01/2025)", "lease")
    assert clerk.post(new, typed | {"until": ""}).status_code == 302
    assert "held back" not in text(clerk.get(ANA)).replace("no day is held back", "")
    overlapping = clerk.post(new, typed | {"since": "2025-09-01", "until": ""})
    in_order(text(overlapping), 'id="id_since"', "these days overlap this fact from 08/01/2025")
    fact = StudentFact.objects.latest("pk")
    view = f"{ANA}?view={fact.pk}"
    assert clerk.post(view, {"do": "save", "until": "2025-12-31", "evidence": "lease"}).status_code == 302
    corrected = StudentFact.objects.latest("pk")
    assert (corrected.until, corrected.since) == (date(2025, 12, 31), date(2025, 8, 1))
    view = f"{ANA}?view={corrected.pk}"
    assert clerk.post(view, {"do": "withdraw", "why": ""}).status_code == 409
    assert clerk.post(view, {"do": "withdraw", "why": "another student's lease"}).status_code == 302
    page = text(clerk.get(ANA))
    in_order(page, "withdrawn", "replaced by a later row", "replaced by a later row")
    assert Viewing.objects.filter(student=school.students["ana"], page="eligibility").exists()


def test_near_health_only_fixed_words_are_kept(school: RecoverySchool) -> None:
    clerk = of(school, "admin")
    new = f"{ANA}?new=immunization"
    page = text(clerk.get(new))
    in_order(
        page, "Immunization record", "17 CCR 6025", '<select name="evidence"', "kept in the health office"
    )
    free = clerk.post(new, {"do": "save", "since": "2025-08-01", "evidence": "allergic to eggs"})
    assert free.status_code == 409
    assert not StudentFact.objects.filter(kind="immunization").exists()
    said = {"do": "save", "since": "2025-08-01", "evidence": "document seen; kept in the health office"}
    assert clerk.post(new, said).status_code == 302


def test_an_auditor_reads_facts_and_changes_none(school: RecoverySchool) -> None:
    fact = facts.fact(school.students["ana"], "residency", date(2025, 8, 1))
    auditor = of(school, "auditor")
    for address in (ANA, f"{ANA}?new", f"{ANA}?new=residency", f"{ANA}?view={fact.pk}"):
        page = text(auditor.get(address))
        for word in ("Save", "New", "Withdraw"):
            assert f">{word}<" not in page, (address, word)
    assert auditor.post(f"{ANA}?new=residency", {"since": "2025-08-01"}).status_code == 403
    assert of(school, "teacher").get(ANA).status_code == 403
