"""What the pages tell of stations, times and gaps, to whom, and what can be decided there."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from central.config import CentralConfig
from central.store.models import (
    AuditEvent,
    GapExplanation,
    Occurrence,
    Staff,
    StationCertificate,
    StationDoubt,
    Tap,
    TimeDecision,
)
from central.web import clock
from central.work.doubts import read_doubts
from central.work.gaps import UNHEARD
from central.work.keys import ACK
from central.work.room_state import Silence
from station.tap import Kind
from tests.fakes import school as schools
from tests.fakes import untimed
from tests.fakes.doubtful import EPOCH, set_aside
from tests.fakes.evidence_file import SERVER_KEY
from tests.fakes.school import MONDAY, at, card_token
from tests.fakes.untimed import EVENING, FRIDAY, UntimedRoom

pytestmark = pytest.mark.django_db
ALGEBRA, ENGLISH = f"/class/ALG1-01/{MONDAY}/", f"/class/ENG1-01/{MONDAY}/"
GAP = f"st-r102/unheard/{MONDAY}/0/0"
TUESDAY = MONDAY.replace(day=10)
WORD = {"since": "2024-09-09T08:20", "until": "2024-09-09T08:35", "reason": "the substitute's note"}


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> UntimedRoom:
    """Build the untimed room as the pages' own installation, on Monday evening."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / f"{ACK}.pub").write_text(SERVER_KEY.verify_key.public.hex(), encoding="ascii")
    monkeypatch.setattr(settings, "CONFIG", CentralConfig(data_dir=str(tmp_path)))
    monkeypatch.setattr(clock, "now", lambda: EVENING)
    return untimed.build(tmp_path)


def browser(staff: Staff, language: str = "en") -> Client:
    client = Client(headers={"Accept-Language": language})
    client.force_login(schools.give_login(staff))
    return client


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def of_ana(room: UntimedRoom) -> str:
    return f"/times/st-r101/{EPOCH}/{room.ana_at}/"


def test_the_clerk_finds_the_waiting_tap_from_the_first_page_and_decides_it(room: UntimedRoom) -> None:
    client = browser(room.small.clerk)
    assert "1 tap waits for somebody to say when it was" in text(client, "/today/")
    assert "1 tap waits for somebody to say when it was" in text(client, "/stations/")
    listed = text(client, "/times/")
    assert f'href="{of_ana(room)}"' in listed
    assert "Soto, Ana" in listed
    page = text(client, of_ana(room))
    for shown in (
        "Monday, 09/09/2024",
        "Algebra 1",
        "error: the network is down",
        "start number 2",
        "an error",
    ):
        assert shown in page, shown
    done = client.post(of_ana(room), WORD, follow=True)
    assert done.redirect_chain == [("/times/", 302)]
    assert "No tap waits" in done.content.decode()
    assert TimeDecision.objects.get().by == room.small.clerk
    assert Tap.objects.get(sequence=room.ana_at).on == MONDAY
    assert "the substitute&#x27;s note" in text(client, of_ana(room))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"reason": " "}, "needs a reason"),
        ({"since": ""}, "Say from when to when"),
        ({"until": "2024-09-10T08:00"}, "one day of the school"),
        ({"since": "2024-09-09T11:30", "until": "2024-09-09T11:40"}, "cannot have been then"),
        ({"since": "2024-09-06T07:00", "until": "2024-09-06T07:10"}, "not before"),
    ],
)
def test_a_refused_decision_writes_nothing_and_keeps_what_was_typed(
    room: UntimedRoom, wrong: dict[str, str], says: str
) -> None:
    answer = browser(room.small.clerk).post(of_ana(room), WORD | wrong)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert says in page
    assert wrong.get("reason", "the substitute&#x27;s note") in page
    assert not TimeDecision.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_teacher_sees_the_waiting_taps_of_the_own_rooms_alone(room: UntimedRoom) -> None:
    assert "Soto, Ana" in text(browser(room.small.teacher), "/times/")
    other = browser(room.small.other_teacher)
    assert "Soto, Ana" not in text(other, "/times/")
    assert "waits for somebody" not in text(other, "/today/")
    assert other.get(of_ana(room)).status_code == 404


def test_a_teacher_sees_and_explains_the_gaps_of_the_own_rooms_alone(room: UntimedRoom) -> None:
    teacher, other = browser(room.small.teacher), browser(room.small.other_teacher)
    assert "st-r102" not in text(teacher, f"/gaps/?on={MONDAY}")
    assert "st-r102" in text(other, f"/gaps/?on={MONDAY}")
    assert teacher.post(f"/gaps/?on={MONDAY}", {"gap": GAP, "reason": "not mine"}).status_code == 403
    assert not GapExplanation.objects.exists()
    other.post(f"/gaps/?on={MONDAY}", {"gap": GAP, "reason": "no cable yet"})
    assert GapExplanation.objects.get().by == room.small.other_teacher


def test_a_list_of_waiting_taps_costs_no_query_a_tap(
    room: UntimedRoom, django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    client = browser(room.small.clerk)
    some = Tap.objects.get(sequence=room.ana_at)
    for n in range(40):
        some.pk, some.sequence, some.leaf = None, 1000 + n, bytes([n]) * 32
        some.token = card_token(f"card {n}")
        some.save()
    with django_assert_max_num_queries(20):
        assert text(client, "/times/").count("look and decide") == 41


def test_who_may_only_look_finds_no_form_and_is_refused(room: UntimedRoom) -> None:
    auditor = browser(room.small.auditor)
    assert 'name="since"' not in text(auditor, of_ana(room))
    assert auditor.post(of_ana(room), WORD).status_code == 403
    assert 'name="gap"' not in text(auditor, f"/gaps/?on={MONDAY}")
    assert auditor.post("/gaps/", {"gap": GAP, "reason": "because"}).status_code == 403
    technician = browser(room.small.staff["it"])
    assert technician.get("/times/").status_code == 403
    assert browser(room.small.paraeducator).get("/gaps/").status_code == 403
    assert not TimeDecision.objects.exists()
    assert not GapExplanation.objects.exists()


def test_a_proven_tap_has_no_page_to_decide_it_on(room: UntimedRoom) -> None:
    proven = Tap.objects.get(on=FRIDAY)
    answer = browser(room.small.clerk).get(f"/times/st-r101/{EPOCH}/{proven.sequence}/")
    assert (answer.status_code, answer["Location"]) == (302, "/times/")


def test_a_gap_is_explained_where_it_is_shown(room: UntimedRoom) -> None:
    client = browser(room.small.staff["it"])
    page = text(client, f"/gaps/?on={MONDAY}")
    assert UNHEARD in page
    assert "not explained" in page
    assert client.post(f"/gaps/?on={MONDAY}", {"gap": GAP, "reason": ""}).status_code == 409
    client.post(f"/gaps/?on={MONDAY}", {"gap": GAP, "reason": "no cable yet"})
    assert "no cable yet" in text(client, f"/gaps/?on={MONDAY}")
    assert GapExplanation.objects.get().by == room.small.staff["it"]
    assert "No gap is known" in text(client, "/gaps/?on=2024-09-01")


def test_a_doubted_station_is_shown_with_what_waits_and_cleared_there(room: UntimedRoom) -> None:
    set_aside(room.file.path, "st-r101", "clone", at(FRIDAY, "12:00"))
    set_aside(room.file.path, "st-r102", "revoked", at(FRIDAY, "12:05"))
    room.station.tap(at(MONDAY, "12:30"), room.small.token(room.small.chloe))
    room.file.receive(*(room.station.exchange(at(MONDAY, hour)) for hour in ("12:31", "12:32")))
    read_doubts(room.evidence)
    room.bring_up()
    client = browser(room.small.staff["it"])
    page = text(client, "/stations/")
    for shown in (
        "In doubt since 09/06/2024 12:00 PM",
        "its key is revoked: 1 message set aside, 09/06/2024 12:05 PM",
        "2 taps wait.",
    ):
        assert shown in " ".join(page.split()), shown
    assert "is in doubt since 09/06/2024 12:00 PM" in text(browser(room.small.teacher), ALGEBRA)
    assert client.post("/stations/", {"station": "st-r101", "reason": ""}).status_code == 409
    done = client.post("/stations/", {"station": "st-r101", "reason": "an old card, destroyed"}, follow=True)
    assert "In doubt since" not in done.content.decode()
    assert StationDoubt.objects.get().cleared_by == room.small.staff["it"]
    auditor = browser(room.small.auditor)
    assert auditor.post("/stations/", {"station": "st-r101", "reason": "x"}).status_code == 403


def test_the_stations_page_tells_the_state_of_the_newest_certificate(room: UntimedRoom) -> None:
    for day, is_closed in ((6, True), (7, False)):
        StationCertificate.objects.create(
            station=room.small.station_101,
            on=MONDAY.replace(day=day),
            revision=1,
            is_closed=is_closed,
            signed="{}",
            sha256="0" * 64,
            made_at=EVENING,
        )
    page = " ".join(text(browser(room.small.clerk), "/stations/").split())
    assert '<span class="mark waiting">open</span> <span class="why">09/07/2024</span>' in page
    assert "none yet" in page


def test_a_class_nobody_tapped_in_says_whether_its_station_was_alive(room: UntimedRoom) -> None:
    teacher = browser(room.small.other_teacher)
    unheard = Silence.UNHEARD.replace("'", "&#x27;")
    assert unheard in text(teacher, ENGLISH) or Silence.UNHEARD in text(teacher, ENGLISH)
    station = untimed.alive_through(room.small.station_102.code, "08:00", "12:15")
    room.file.receive(*(station.exchange(at(MONDAY, clock)) for clock in ("12:20", "12:21")))
    assert "alive all through the class" in text(teacher, ENGLISH)
    assert "Nobody tapped" not in text(browser(room.small.teacher), f"/class/ALG1-01/{FRIDAY}/")


def test_what_the_station_reports_missing_is_told_where_the_class_is_signed(room: UntimedRoom) -> None:
    room.station.write(at(MONDAY, "12:40"), Kind.GAP, {"lost": 3, "reason": "SQLITE_FULL"})
    room.file.receive(*(room.station.exchange(at(MONDAY, hour)) for hour in ("12:41", "12:42")))
    room.bring_up()
    page = text(browser(room.small.teacher), ALGEBRA)
    assert "Reported by the room's station: taps shown as not recorded: 3" in page


def test_all_of_it_speaks_spanish(room: UntimedRoom) -> None:
    client = browser(room.small.clerk, "es")
    assert "¿Cuándo fue este registro?" in text(client, of_ana(room))
    assert "Horas por decidir" in text(client, "/times/")
    assert "sin noticias; lo que registró todavía puede llegar" in text(client, f"/gaps/?on={MONDAY}")
    assert "Último certificado" in text(client, "/stations/")
    assert "Que se sepa, nadie se registró" in text(client, ENGLISH)


@pytest.mark.fault("T2")
@pytest.mark.invariant(24)
def test_what_a_staff_tap_attests_is_typed_in_and_gives_the_taps_around_it_their_day(
    room: UntimedRoom,
) -> None:
    room.station.reboot(at(MONDAY, "13:00"))
    room.station.write(at(MONDAY, "13:10"), Kind.ANCHOR, {"token": "AAAA", "says_ms": None})
    ben_at = room.station.tap(at(MONDAY, "13:12"), room.small.token(room.small.ben))
    room.station.reboot(at(TUESDAY, "07:00"))
    room.file.receive(*(room.station.exchange(at(TUESDAY, hour)) for hour in ("09:00", "09:01")))
    room.bring_up()
    assert Tap.objects.get(sequence=ben_at).time_quality == "R"
    client = browser(room.small.clerk)
    assert "Staff taps that attest a time (1)" in text(client, "/times/")
    anchor = Occurrence.objects.get(kind=Kind.ANCHOR)
    word = {"since": "2024-09-09T13:05", "until": "2024-09-09T13:15", "reason": "Ms. Robin's note"}
    assert client.post("/times/", {"anchor": anchor.pk, **word, "reason": ""}).status_code == 409
    assert client.post("/times/", {"anchor": 0, **word}).status_code == 404
    client.post("/times/", {"anchor": anchor.pk, **word})
    assert TimeDecision.objects.get().is_anchor
    timed = Tap.objects.get(sequence=ben_at)
    assert (timed.on, timed.is_attested) == (MONDAY, True)
    assert timed.time_quality in {"P", "D"}
    assert "Staff taps that attest" not in text(client, "/times/")
