"""Browsers in which somebody of the small school is signed in, and what a page says to them."""

from django.contrib.auth.models import User
from django.test import Client

from central.store.models import Staff, Student
from tests.fakes import school as schools


def sign_in(who: Staff | Student) -> Client:
    """Return a browser in which somebody is signed in."""
    client = Client()
    if isinstance(who, Staff):
        client.force_login(schools.give_login(who))
    else:
        who.user = User.objects.create_user(f"student-{who.number}")
        who.save()
        client.force_login(who.user)
    return client


def text(client: Client, address: str) -> str:
    """Return a page, which must be there."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()
