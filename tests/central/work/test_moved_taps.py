"""A tap of a proven day that is not the day of the decided record it stands behind waits for a person too."""

from argparse import Namespace
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from central.commands import decide_time
from central.errors import RefusedError
from central.store.models import Tap
from central.web import clock
from central.work import time_review
from central.work.time_bracket import Entry
from central.work.time_review import Word, decide, queue
from tests.fakes import school as schools
from tests.fakes import untimed
from tests.fakes.school import MONDAY, at
from tests.fakes.untimed import EVENING, UntimedRoom

pytestmark = [pytest.mark.django_db, pytest.mark.invariant(24, 34)]


@pytest.fixture
def room(tmp_path: Path) -> UntimedRoom:
    """Ben's tap has left the record somebody signed; Ana's may be of any of four days."""
    room = untimed.build(tmp_path)
    Tap.objects.exclude(sequence=room.ana_at).update(on=None, outcome=Tap.Outcome.TIME_REVIEW)
    return room


def moved(room: UntimedRoom) -> Tap:
    return Tap.objects.select_related("station").exclude(sequence=room.ana_at).get()


def test_it_waits_beside_those_nothing_dates_and_says_why(room: UntimedRoom) -> None:
    assert moved(room).time_quality not in {"R", "X"}
    assert [(each.pk, time_review.why(each)) for each in queue(room.small.school)] == [
        (moved(room).pk, time_review.MOVED),
        (room.tap.pk, time_review.MANY_DAYS),
    ]


def test_the_command_says_why_and_nobody_can_say_another_time(
    room: UntimedRoom, capsys: pytest.CaptureFixture[str]
) -> None:
    decide_time.run(Namespace(entry=None), settings.CONFIG, lambda: EVENING)
    shown = capsys.readouterr().out
    assert time_review.MOVED in shown
    assert time_review.MANY_DAYS in shown
    tap = moved(room)
    word = Word(at(MONDAY, "08:20"), at(MONDAY, "08:35"), room.small.clerk, "I think so")
    with pytest.raises(RefusedError, match="is proven"):
        decide(Entry(tap.station, tap.epoch, tap.sequence), word, EVENING, room.evidence, room.retime)


def test_the_page_says_why_and_offers_no_form_for_it(
    room: UntimedRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: EVENING)
    client = Client()
    client.force_login(schools.give_login(room.small.clerk))
    page = client.get("/times/").content.decode()
    assert time_review.MOVED in page
    assert page.count("look and decide") == 1
