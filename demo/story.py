"""The story: a school is set up, a morning is tapped, a year goes by, and P-1, P-2 and Annual come out."""

import os
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from central import config
from central.config import CentralConfig
from central.store import readiness
from demo import codes, figures, school, school_calendar
from demo.cable import Cable
from demo.morning import Morning, wait_until
from demo.narrator import Narrator, StoryError
from demo.office import Office
from demo.premises import Premises, at
from demo.programs import PATIENCE_S
from demo.school import Card, School, Section

if TYPE_CHECKING:
    from demo.history import History

LIVE_DAY = date(2024, 9, 16)
STRANGER = Card("uid", "04d1e2f3a4b5c6", "ntag")


class Story:
    """Everything that happens, in order; each step checks what it did."""

    has_power = True

    def __init__(self, folder: Path, narrator: Narrator) -> None:
        self.premises = Premises(folder)
        self.narrator = narrator
        self.school: School = school.found()
        self.office = Office(self.school, self.premises, narrator)
        self.section = self.school.sections[0]
        self.room = self.premises.room(self.section)
        self.address = ""
        self.seed = Path()
        self._open = ExitStack()
        self._cable: Cable | None = None
        self._config = CentralConfig()

    def close(self) -> None:
        """Stop every program and close everything."""
        self._open.close()

    def set_up(self) -> None:
        """Found the school, commission its rooms and start its server."""
        self.narrator.chapter("A school is set up: server, calendar, roster, cards")
        self.premises.clear()
        self.premises.move_clock(at(school_calendar.FIRST_DAY, "07:00"))
        self.office.found()
        self._config = self._open_records()
        self.narrator.chapter("Six rooms get a station, and the server starts")
        for section in self.school.sections:
            self._commission(section)
        server = self.office.serve()
        self._open.callback(server.stop)
        self.address = server.wait_for("listening on ").split()[-1]
        self._cable = self._open.enter_context(Cable(int(self.address.rsplit(":", 1)[1])))
        for section in self.school.sections:
            self.premises.furnish(self.premises.room(section), school.CODE, "terminal", self._cable.port)
        self.seed = self.office.give_logins(self.section.teacher)
        self.narrator.say(f"stations commissioned; the pages are on {self.address}")

    def _commission(self, section: Section) -> None:
        """Give a room its station."""
        self.premises.furnish(self.premises.room(section), school.CODE, "terminal", 0)
        self.office.commission(self.premises.room(section))

    def live_through(self) -> None:
        """Live the whole year: one day watched closely, one without power, and all the others."""
        from demo.history import History
        from demo.power_out import DARK_DAY, PowerOut

        history = History(self.school, self.premises, self._config)
        days = list(self.school.year.weekdays())
        with history.open():
            self.narrator.chapter("The year begins: five weeks of school go by")
            self._days(history, [on for on in days if on < LIVE_DAY])
            history.live(LIVE_DAY, visit=self)
            self.narrator.chapter("Five more weeks go by")
            self._days(history, [on for on in days if LIVE_DAY < on < DARK_DAY])
            history.live(DARK_DAY, PowerOut(self.school, self.premises, self.office, self.narrator))
            self.narrator.chapter("The rest of the year goes by, day by day")
            self._days(history, [on for on in days if on > DARK_DAY])

    def _days(self, history: "History", days: Sequence[date]) -> None:
        """Play days nobody watches."""
        with self.narrator.bar("school days", len(days)) as bar:
            for on in days:
                history.live(on)
                bar.step()

    def morning(self) -> None:
        """Tap a live morning: many kinds of cards, a stranger, a fault, a cut network."""
        from demo.records import proven, taps_known

        self.narrator.chapter(
            f"A live morning, {LIVE_DAY:%A %m/%d/%Y}: {self.section.title}, {self.section.room}"
        )
        come = self.school.present[self.section.code, LIVE_DAY]
        first, *others = [student for student in self.section.students if student.number in come]
        say, check = self.narrator.say, self.narrator.check
        morning = Morning(self.room, self.premises, self.narrator)
        try:
            say("a student gets a certificate for a phone, which keeps its key to itself")
            phone = morning.new_phone("phone", lambda key: self.office.issue_phone(first.number, key))
            cards = [phone, *(student.card for student in others)]
            third = len(cards) // 3
            say("students tap: NTAG cards, MIFARE Classic, phones, and fobs on a serial-line reader")
            verdicts = [morning.present(card) for card in cards[:third]]
            check("every card so far is welcomed", set(verdicts), {"WELCOME"})
            check(
                "a card nobody knows is told so, and recorded", morning.present(STRANGER), "NOT ON THE ROSTER"
            )
            self._tap_offline(morning, cards[third : 2 * third])
            self._tap_with_a_fault(morning, cards[2 * third :])
            check("each card is one tap on the station's disk", morning.taps(), len(cards) + 1)
            again = next(card for card in cards[1:] if card.model != "fob")
            check("a card shown once more has tapped already", morning.present(again), "ALREADY TAPPED")
            expected = morning.taps()
            wait_until(lambda: taps_known(self.section, LIVE_DAY) == expected, "central has every tap")
            check("central has every tap of the morning", taps_known(self.section, LIVE_DAY), expected)
            check("the certified phone proved itself to central", proven(self.section, LIVE_DAY), 1)
        finally:
            exit_codes = morning.stop()
        check("station, agent and reader end cleanly", exit_codes, [0, 0, 0])

    def _tap_offline(self, morning: Morning, cards: list[Card]) -> None:
        """Cut the network, tap on, and put it back."""
        from demo.records import taps_known

        if self._cable is None:
            raise StoryError
        wait_until(lambda: taps_known(self.section, LIVE_DAY) == morning.taps(), "central has caught up")
        self._cable.cut()
        known = taps_known(self.section, LIVE_DAY)
        self.narrator.say("the network is cut; the station does not care")
        verdicts = [morning.present(card) for card in cards]
        self.narrator.check("offline, every card is welcomed all the same", set(verdicts), {"WELCOME"})
        self.narrator.check("central knows nothing of them yet", taps_known(self.section, LIVE_DAY), known)
        self._cable.restore()
        self.narrator.say("the network is back")

    def _tap_with_a_fault(self, morning: Morning, cards: list[Card]) -> None:
        """Leave a card lying, pull the reader's cable, and tap on."""
        held = next(card for card in cards if card.model == "ntag")
        rest = [card for card in cards if card != held]
        before = morning.taps()
        morning.hold(held)
        self.narrator.check("a card is welcomed", morning.verdict(), "WELCOME")
        self.narrator.say("... and left lying on the reader, whose cable is pulled")
        morning.unplug()
        morning.plug()
        self.narrator.check("the card that lies there still is no second tap", morning.taps(), before + 1)
        morning.take_away()
        verdicts = [morning.present(card) for card in rest]
        self.narrator.check("after the fault, every card is welcomed", set(verdicts), {"WELCOME"})

    def certify(self) -> None:
        """Turn the morning's taps into certified records, by the teacher's own hand."""
        from demo.records import provisional

        self.narrator.chapter("Taps are only evidence: the teacher certifies the class with a one-time code")
        come = len(self.school.present[self.section.code, LIVE_DAY])
        wait_until(lambda: provisional(self.section, LIVE_DAY) == come, "every tap is a provisional record")
        self.narrator.check("provisional records of the morning", provisional(self.section, LIVE_DAY), come)
        printed = self.office.certify(self.section, LIVE_DAY, codes.current(self.seed))
        self.narrator.say(printed.strip())
        absent = len([s for s in self.section.students if s.since <= LIVE_DAY]) - come
        self.narrator.check(
            "present and absent", f"{come} present, {absent} absent" in printed, expected=True
        )

    def report(self) -> None:
        """Compute the three reports, check them, and show P-2 as an administrator would read it."""
        self.narrator.chapter("The figures: apportionment days over days taught, per track, with proof")
        self.premises.move_clock(at(figures.END_OF_YEAR, "09:00"))
        for period in (figures.P1, figures.P2, figures.ANNUAL):
            figures.check(period, self.school, self.office, self.narrator)
        self.narrator.quote(self.office.report(figures.P2.word, figures.P2.reported_on))

    def trace(self) -> None:
        """Follow one claimed day back to the tap and the signed batch it came in."""
        self.narrator.chapter("An auditor picks one pupil-day and follows it back to the tap")
        come = self.school.present[self.section.code, LIVE_DAY]
        student = next(student for student in self.section.students if student.number in come)
        printed = self.office.central("trace", "--student", student.number, "--on", LIVE_DAY.isoformat())
        self.narrator.quote(printed)

    def hand_to_the_auditor(self) -> None:
        """Let somebody with files alone prove what was claimed."""
        from demo.audit import Audit

        self.narrator.chapter(
            "A paper to sign, and one file by which an auditor doubts it without the server"
        )
        chapter = Audit(self.premises, self.office, self.narrator)
        chapter.sign_off()
        chapter.hand_over(self.school.year.name)
        chapter.prove()

    def recover(self) -> None:
        """Show a student's way from absence to recovered days, in the year after."""
        from demo.recovery import Recovery

        chapter = Recovery(self.premises, self.narrator)
        chapter.begin(self._connect)
        chapter.live(self._config)
        chapter.use()

    def _connect(self, section: Section) -> None:
        """Give a room its station while the server runs."""
        if self._cable is None:
            raise StoryError
        self._commission(section)
        self.premises.furnish(self.premises.room(section), school.CODE, "terminal", self._cable.port)

    def look_at_pages(self) -> None:
        """Fetch the sign-in page, as a browser would."""
        with urllib.request.urlopen(self.address + "/", timeout=PATIENCE_S) as answer:  # noqa: S310 -- our own loopback address
            page = answer.read().decode()
        self.narrator.check("the web pages answer", "Sign in" in page, expected=True)

    def _open_records(self) -> CentralConfig:
        """Open the school's records to this process, as the server's own commands do."""
        os.environ[config.ENVIRONMENT] = str(self.premises.server_config)
        readiness.set_up()
        return config.read(self.premises.server_config)
