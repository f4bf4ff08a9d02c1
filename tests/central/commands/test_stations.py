"""IT looks at the stations, has one do something, and silences what is known, without a page."""

import json
import secrets

import pytest

from central.errors import CentralError, RefusedError
from central.store.models import AlertSilence, School, Staff
from central.work import keys
from sync_agent.settable import Config
from sync_agent.signing import SigningKey, open_text
from tests.central.commands.conftest import Central

BY = ("--as", "1001", "--reason", "a fan is ordered")


@pytest.fixture
def office(central: Central) -> Central:
    public = SigningKey(secrets.token_bytes(32)).verify_key.public.hex()
    central.run("commission", "st-r101", "--room", "R101", "--new-room", "--key", public)
    school = School.objects.get()
    for number, role in (("1001", Staff.Role.IT), ("1002", Staff.Role.TEACHER)):
        Staff.objects.create(school=school, number=number, family_name="Tanaka", given_name="Iris", role=role)
    return central


def test_a_station_nobody_heard_of_is_shown_with_what_to_do_until_somebody_knows(office: Central) -> None:
    said = office.run("stations")
    assert office.code == 1
    assert "It was never heard of since it was commissioned. [never-heard]" in said
    assert "See that it has power and the network" in said
    (told,) = json.loads(office.run("stations", "st-r101", "--json"))
    assert (told["station"], told["heard_at"]) == ("st-r101", None)
    assert [each["code"] for each in told["alerts"]] == ["never-heard"]
    office.run("silence", "st-r101", "never-heard", "--days", "2", *BY)
    said = office.run("stations")
    assert office.code == 0
    assert "silenced  It was never heard of" in said
    assert "See that it has power" not in said
    (kept,) = AlertSilence.objects.all()
    assert (kept.by.number, kept.reason) == ("1001", "a fan is ordered")


def test_an_order_is_signed_into_the_stations_note(office: Central) -> None:
    assert "st-r101 does blink" in office.run("order", "st-r101", "blink", *BY)
    signed = json.loads((office.config.data / "configs" / "st-r101.json").read_text())
    key = keys.signing_key(office.config.keys, keys.CONFIG).verify_key
    (order,) = Config.of(open_text("config", signed, key)).orders
    assert order.verb == "blink"


def test_what_is_not_on_the_list_or_not_ones_to_order_is_refused(office: Central) -> None:
    with pytest.raises(SystemExit):
        office.run("order", "st-r101", "format-card", *BY)
    with pytest.raises(RefusedError, match="may not"):
        office.run("order", "st-r101", "blink", "--as", "1002", "--reason", "for fun")
    with pytest.raises(CentralError, match="there is no alert 'moonlight'"):
        office.run("silence", "st-r101", "moonlight", *BY)
