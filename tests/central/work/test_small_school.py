"""The stand-in school is a sound one: what tests build on must hold the rules of the real one."""

import pytest

from central.store.models import CalendarDay, Credential, Placement
from tests.fakes import school

pytestmark = pytest.mark.django_db


def test_both_tracks_are_taught_at_least_the_175_days_of_the_law() -> None:
    small = school.build()
    for track in (small.track_a, small.track_b):
        assert CalendarDay.objects.filter(track=track, is_taught=True).count() >= 175


def test_every_student_has_a_place_and_a_card_a_station_can_derive() -> None:
    small = school.build()
    assert {place.student for place in Placement.objects.all()} == set(small.students.values())
    cards = {bytes(card.token): card.student for card in Credential.objects.all()}
    assert all(cards[small.token(student)] == student for student in small.students.values())
