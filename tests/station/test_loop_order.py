import logging

import pytest

from station.credential import token
from station.loop import attend
from station.reader import Credential
from station.roster import Roster
from station.station import Station
from station.verdict import Sign
from tests.fakes.station import ANA, BEN, Bench


class LoggedPanel:
    """A panel that logs what it is told to show, and may fail once it has."""

    def __init__(self, fault: Exception | None = None) -> None:
        self._fault = fault

    def show(self, sign: Sign) -> None:
        logging.getLogger("lamp").info(sign.name)
        if self._fault is not None:
            raise self._fault

    def close(self) -> None:
        pass


class CountedRoster:
    """The roster in force, and how many taps were stored each time it was asked for."""

    def __init__(self, station: Station) -> None:
        self._station, self._roster = station, station.roster
        self.stored: list[int] = []

    def current(self) -> Roster | None:
        self.stored.append(self._station.journalled)
        return self._roster.current()


def lay(bench: Bench, credential: Credential, panel: LoggedPanel) -> None:
    attend(bench.present(credential), bench.station, panel)


def test_no_light_waits_for_its_tap_to_be_logged(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    for card in (ANA, BEN):
        lay(bench, card, LoggedPanel())
    assert caplog.messages == [
        "WELCOME",
        "tap.journalled sequence=2 reader=nfc",
        "WELCOME",
        "tap.journalled sequence=3 reader=nfc",
    ]


def test_a_stored_tap_is_logged_though_the_panel_fails(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    for card in (ANA, BEN):
        lay(bench, card, LoggedPanel(OSError(5, "the wire is cut")))
    assert [line for line in caplog.messages if "tap." in line] == [
        "tap.journalled sequence=2 reader=nfc",
        "tap.journalled sequence=3 reader=nfc",
    ]


def test_a_stored_tap_is_logged_though_the_panel_fails_as_none_should(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    with pytest.raises(KeyError):
        lay(bench, ANA, LoggedPanel(KeyError("nobody thought of it")))
    assert caplog.messages[-1] == "tap.journalled sequence=2 reader=nfc"


def test_the_token_of_a_card_is_derived_once_for_each_presentation(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    derived = list[str]()

    def derive(key: bytes, kind: str, value: str) -> bytes:
        derived.append(value)
        return token(key, kind, value)

    monkeypatch.setattr("station.credential.token", derive)
    for _ in range(2):
        bench.tap(ANA)
    assert derived == [ANA.value] * 2


def test_the_roster_is_looked_at_once_for_each_tap_and_after_it_is_stored(bench: Bench) -> None:
    bench.expect(ANA)
    roster = CountedRoster(bench.station)
    bench.station.roster = roster
    for card in (ANA, BEN):
        bench.tap(card)
    assert roster.stored == [1, 2]
