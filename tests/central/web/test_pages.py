"""The staff pages: who gets in, what a teacher can do there, and what a page never does."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from central.store.models import AttendanceRecord, Decision, School, SessionCertification, Staff
from central.web import clock
from tests.fakes import school as schools
from tests.fakes.school import MONDAY, TOTP_SECRET, SmallSchool, at

pytestmark = pytest.mark.django_db
SESSION = f"/class/ALG1-01/{MONDAY}/"
Stage, Mark = AttendanceRecord.Stage, AttendanceRecord.Mark


@pytest.fixture(autouse=True)
def after_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(MONDAY, "10:05"))
    # Where used codes of another test's teacher, of the same number, are remembered.
    cache.clear()


def sign_in(staff: Staff) -> Client:
    """Return a browser in which a member of staff is signed in."""
    client = Client()
    client.force_login(schools.give_login(staff))
    return client


def code() -> str:
    """Return the one-time code of this moment: a step before or after it is accepted as well."""
    _, counter, _ = yield_hotp_counters_from_time()
    return str(format_hotp_value(hotp_value(TOTP_SECRET, counter)))


def tapped(small: SmallSchool) -> AttendanceRecord:
    """Write the provisional record of Ana's tap."""
    return AttendanceRecord.objects.create(
        school=small.school,
        student=small.ana,
        section=small.algebra,
        on=MONDAY,
        mark=Mark.PRESENT,
        stage=Stage.PROVISIONAL,
        source=AttendanceRecord.Source.TAP,
        first_in_at=at(MONDAY, "08:31"),
    )


def test_a_stranger_is_sent_to_sign_in() -> None:
    for address in ("/today/", SESSION, "/stations/", "/reports/"):
        answer = Client().get(address)
        assert answer.status_code == 302, address
        assert answer["Location"].startswith("/accounts/login/"), address


def test_a_login_without_a_member_of_staff_sees_nothing(django_user_model: type[User]) -> None:
    client = Client()
    client.force_login(django_user_model.objects.create_user("nobody"))
    assert client.get("/").status_code == 403


@pytest.mark.parametrize(
    "page",
    ["signup/", "email/", "password/reset/", "password/set/", "2fa/", "2fa/totp/deactivate/"],
)
def test_logins_and_second_factors_are_the_schools_to_give(small: SmallSchool, page: str) -> None:
    client = sign_in(small.teacher)
    assert client.get(f"/accounts/{page}").status_code == 404
    assert client.post(f"/accounts/{page}").status_code == 404


def test_a_page_leaves_no_names_behind_in_the_browser(small: SmallSchool) -> None:
    client = sign_in(small.leader)
    for address in ("/", SESSION, "/stations/", "/reports/", "/nowhere/"):
        assert "no-store" in client.get(address)["Cache-Control"], address


def test_a_section_with_a_slash_in_its_code_has_a_page(small: SmallSchool) -> None:
    small.algebra.code = "ALG/1-01"
    small.algebra.save()
    client = sign_in(small.teacher)
    assert f"/class/ALG/1-01/{MONDAY}/" in client.get(f"/today/?on={MONDAY}").content.decode()
    assert client.get(f"/class/ALG/1-01/{MONDAY}/").status_code == 200


def test_the_end_of_the_calendar_is_a_wrong_address(small: SmallSchool) -> None:
    client = sign_in(small.leader)
    for on in ("0001-01-01", "9999-12-31"):
        assert client.get(f"/today/?on={on}").status_code == 404
        assert client.get(f"/reports/2024-25/p2/?as-of={on}").status_code == 404


def test_a_teacher_sees_the_own_class_and_no_other(small: SmallSchool) -> None:
    client = sign_in(small.teacher)
    page = client.get(f"/today/?on={MONDAY}").content.decode()
    assert "Algebra 1" in page
    assert "English 1" not in page
    assert client.get(f"/class/ENG1-01/{MONDAY}/").status_code == 404


def test_no_link_leads_to_a_refusal(small: SmallSchool) -> None:
    for role, staff in small.staff.items():
        client = sign_in(staff)
        home = client.get("/", follow=True)
        assert home.status_code == 200, role
        for address in set(re.findall(r'href="(/[a-z/]*)"', home.content.decode())):
            assert client.get(address, follow=True).status_code == 200, (role, address)


def test_a_leader_sees_every_class_and_certifies_none(small: SmallSchool) -> None:
    tapped(small)
    client = sign_in(small.leader)
    page = client.get(f"/today/?on={MONDAY}").content.decode()
    assert "Algebra 1" in page
    assert "English 1" in page
    assert 'name="code"' not in client.get(SESSION).content.decode()
    refused = client.post(SESSION, {"code": code()})
    assert refused.status_code == 403
    assert "School leader" in refused.content.decode()
    assert not SessionCertification.objects.exists()


def test_a_teacher_certifies_with_a_code(small: SmallSchool) -> None:
    record = tapped(small)
    client = sign_in(small.teacher)
    form = {
        "code": code(),
        f"action-{small.ben.pk}": "absent",
        f"action-{small.chloe.pk}": "add",
        f"why-{small.chloe.pk}": "left her card at home",
    }
    answer = client.post(SESSION, form, follow=True)
    assert answer.redirect_chain == [(SESSION, 302)]
    assert "2 present, 1 absent" in answer.content.decode()
    record.refresh_from_db()
    assert record.stage == Stage.CERTIFIED
    signed = SessionCertification.objects.get()
    assert (signed.by, signed.present, signed.absent) == (small.teacher, 2, 1)


def test_who_signs_before_the_bell_is_told_what_that_means(
    small: SmallSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    tapped(small)
    monkeypatch.setattr(clock, "now", lambda: at(MONDAY, "09:30"))
    form = {"code": code(), f"action-{small.ben.pk}": "absent", f"action-{small.chloe.pk}": "absent"}
    page = sign_in(small.teacher).post(SESSION, form, follow=True).content.decode()
    assert "The class ends at 10:00 AM; taps from now on" in page
    assert 'class="warning"' in page


def test_a_wrong_code_writes_nothing_and_keeps_what_was_typed(small: SmallSchool) -> None:
    tapped(small)
    client = sign_in(small.teacher)
    form = {
        "code": "000000",
        f"action-{small.ben.pk}": "absent",
        f"action-{small.chloe.pk}": "add",
        f"why-{small.chloe.pk}": "no card",
    }
    answer = client.post(SESSION, form)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "code is not" in page
    assert "no card" in page
    assert not SessionCertification.objects.exists()
    assert not Decision.objects.exists()


def test_a_student_still_needed_stops_the_signature(small: SmallSchool) -> None:
    tapped(small)
    answer = sign_in(small.teacher).post(SESSION, {"code": code()})
    assert answer.status_code == 409
    assert "2 students have no record" in answer.content.decode()


def test_a_late_signature_asks_why(small: SmallSchool, monkeypatch: pytest.MonkeyPatch) -> None:
    tapped(small)
    monkeypatch.setattr(clock, "now", lambda: at(MONDAY + timedelta(1), "08:00"))
    client = sign_in(small.teacher)
    assert 'name="late_reason"' in client.get(SESSION).content.decode()
    answer = client.post(SESSION, {"code": code(), "late_reason": ""})
    assert answer.status_code == 409


def test_an_action_the_form_does_not_have_is_refused(small: SmallSchool) -> None:
    tapped(small)
    answer = sign_in(small.teacher).post(SESSION, {"code": code(), f"action-{small.ben.pk}": "erase"})
    assert answer.status_code == 409
    assert AttendanceRecord.objects.count() == 1


def test_an_impossible_date_is_a_wrong_address(small: SmallSchool) -> None:
    client = sign_in(small.teacher)
    assert client.get("/today/?on=2024-02-30").status_code == 404
    assert client.get("/class/ALG1-01/tomorrow/").status_code == 404


def test_a_form_without_its_token_is_refused(small: SmallSchool) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(schools.give_login(small.teacher))
    assert client.post(SESSION, {"code": code()}).status_code == 403


def test_every_page_forbids_framing_and_foreign_scripts(small: SmallSchool) -> None:
    answer = sign_in(small.teacher).get("/today/")
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"


def test_the_pages_speak_spanish(small: SmallSchool) -> None:
    client = sign_in(small.teacher)
    client.post("/i18n/setlang/", {"language": "es", "next": "/"})
    page = client.get(SESSION).content.decode()
    assert 'lang="es"' in page
    assert "Certifico esta asistencia" in page


def test_a_practice_school_says_so_on_every_page() -> None:
    small = schools.build()
    School.objects.update(is_practice=True)
    client = sign_in(small.leader)
    for address in ("/today/", SESSION, "/stations/", "/reports/"):
        assert "PRACTICE" in client.get(address).content.decode(), address


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _patterns(entry)
        else:
            yield entry


def test_every_page_of_ours_asks_who_is_there() -> None:
    ours = [p for p in _patterns(get_resolver()) if p.callback.__module__.startswith("central.web.views")]
    assert len(ours) > 3
    for pattern in ours:
        # What watches a server signs in nowhere: it bears a token, or is told nothing of anybody.
        if pattern.name not in {"health-alive", "health-ready", "metrics"}:
            assert hasattr(pattern.callback, "__wrapped__"), pattern
