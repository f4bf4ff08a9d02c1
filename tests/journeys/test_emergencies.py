"""A closure of four days and one of eight, from the first word to the report to the board."""

import re
from datetime import date, timedelta
from pathlib import Path

import pypdfium2
import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from python_calamine import CalamineWorkbook

from central.domain.period import PeriodKind
from central.errors import RefusedError
from central.store.models import AfterAction, CheckIn, PartnerChange, Student
from central.web import clock
from tests.fakes.closed_school import EIGHT, FOUR, ClosedSchool
from tests.fakes.register import Register, report
from tests.fakes.school import MONDAY, at
from tests.fakes.study_school import StudySchool

YEAR = ("--year", "2024-25")
CHANNELS = ("app", "website", "email", "text message", "social media")
TOLD = {
    "en": ("The school is closed because of smoke.", "Until the air is clean.", "See your own page."),
    "es": ("La escuela está cerrada por el humo.", "Hasta que el aire esté limpio.", "Vea su página."),
}


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the records in a file, as a school does."""
    folder = tmp_path_factory.mktemp("records")
    connections["default"].settings_dict["TEST"]["NAME"] = str(folder / "records.sqlite")


class Story(StudySchool):
    """What the people of one school type during a closure."""

    def emergency(self, verb: str, *words: str | Path, by: str = "E005") -> str:
        """Run a verb of `emergency` about E1."""
        asks = [] if verb in {"show", "audit", "actions", "report", "draft-text"} else ["--as", by]
        return self.run("emergency", verb, "E1", *words, *YEAR, *asks)

    def begin(self, days: tuple[date, ...], cause: str) -> None:
        """Document it on its first morning, close its days, and announce it everywhere."""
        self.at = at(days[0], "06:30")
        span = ("--first-day", str(days[0]), "--until", str(days[-1]))
        self.emergency("declare", "--cause", cause, "--nature", "Smoke of the Cedar fire", *span)
        assert "10" not in self.emergency("close", *map(str, days))
        shown = self.emergency("show")
        assert shown.count("open: announcement by") == 10
        for language, (nature, duration, remote) in TOLD.items():
            assert "[" in self.emergency("draft-text", "--language", language)
            words = ("--nature", nature, "--duration", duration, "--remote", remote)
            self.emergency("announce", "--language", language, *words)
            for channel in CHANNELS:
                proof = ("--sent-by", "Robin Leader", "--evidence", f"screenshots/{language}/{channel}.png")
                self.emergency("sent", "--language", language, "--channel", channel, *proof)
        assert "open: announcement" not in self.emergency("show")
        choice = ("check_in_on_closures", "yes", "--since", str(days[0]), "--reason", "smoke")
        self.run("setting", "choose", *choice, "--as", self.small.leader.number)

    def checks_in(self, student: Student, on: date, way: str) -> None:
        """Let a student check in on the own page."""
        self.at = at(on, "08:31")
        client = Client()
        client.force_login(student.user or self._login(student))
        form = {"section": self.section_code(student), "way": way}
        assert client.post("/me/", form).status_code == 302

    def calls(self, student: Student, on: date) -> None:
        """Let the clerk take a student's call."""
        self.at = at(on, "09:10")
        said = ("--on", str(on), "--way", "phone call", "--says", "no internet at home")
        who = ("--section", self.section_code(student), "--as", self.small.clerk.number)
        self.run("notice", "check-in", student.number, *said, *who)

    def section_code(self, student: Student) -> str:
        """Return the class of a student."""
        return "ENG1-01" if student.number in {"001004", "001005"} else "ALG1-01"

    def tells_partner(self, on: date) -> None:
        """Tell the WIOA partner what changes, and note that its authority approved."""
        told = ("--partner", "County workforce board", "--what", "Hours are reported weekly, from check-ins")
        self.emergency("tell-partner", *told, "--on", str(on), "--evidence", "mail 4", by="E004")
        number = str(PartnerChange.objects.get().pk)
        said = ("--on", str(on), "--who", "J. Doe, county", "--evidence", "mail 5")
        self.emergency("partner-answer", number, "approved", *said, by="E004")

    def asks_the_state(self, days: tuple[date, ...]) -> None:
        """Take the days the calendar knows, draft the request and file it."""
        self.at = at(days[-1] + timedelta(14), "12:00")
        span = ("--since", str(days[0]), "--until", str(days[-1]))
        prefilled = self.run("j13a", "prefill", "--kind", "closure", *YEAR, *span)
        assert len(prefilled.splitlines()) == 1 + 2 * len(days)
        assert f"A,{days[0]},370" in prefilled
        asked = ("--kind", "closure", "--cause", "smoke", "--days", self.file("days.csv", prefilled))
        self.request("request", "J1", *asked)
        self.step("file", days[-1] + timedelta(14))

    def step(self, verb: str, on: date, *more: str) -> None:
        """Note a step of the request."""
        self.at = max(self.at, at(on, "13:00"))
        self.request(verb, "J1", "--on", str(on), "--evidence", "binder 2", *more)

    def closes_the_book(self, days: tuple[date, ...]) -> str:
        """Resolve what the audit still has, review, list an action, and write the report to the board."""
        left = [
            line.split("  ")[0] for line in self.emergency("audit").splitlines() if line.endswith(": open")
        ]
        assert self.code == 1
        self.emergency("resolve", *left, "--reason", "asked the student; noted in binder 4", by="E004")
        self.emergency("audit")
        assert self.code == 0
        today = self.at.date()
        self.emergency("review", "--on", str(days[-1]), "--says", "Phones worked; the app came late.")
        due = str(today + timedelta(30))
        self.emergency("action", "A second phone line", "--owner", "E004", "--due", due)
        number = str(AfterAction.objects.get().pk)
        assert f"{due} open (employee E004): A second phone line" in self.emergency("actions")
        self.emergency("action-step", number, "done", "--reason", "ordered", by="E004")
        for form in ("pdf", "xlsx"):
            self.emergency("report", "--format", form, "--out", self.folder / f"board.{form}")
        return printed(self.folder / "board.pdf")

    def _login(self, student: Student) -> User:
        student.user = User.objects.create_user(f"student-{student.number}")
        student.save()
        return student.user


def printed(path: Path) -> str:
    """Return the words of a PDF."""
    document = pypdfium2.PdfDocument(path.read_bytes())
    try:
        words = " ".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()
    return re.sub(r"\s+", " ", words)


@pytest.fixture
def story(
    db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Story:
    del db
    found = Story(tmp_path, capsys, ClosedSchool().small)
    monkeypatch.setattr(clock, "now", lambda: found.at)
    return found


def test_four_days_are_closed_met_online_asked_for_and_reported(story: Story) -> None:
    small = story.small
    story.begin(FOUR, "e")
    assert "4 days closed (short)" in story.emergency("show")
    for on in FOUR[:2]:
        story.checks_in(small.ana, on, "online session")
        story.checks_in(small.ben, on, "online session")
    story.at = at(FOUR[1], "12:00")
    for on in FOUR[:2]:
        seen = ("ALG1-01", str(on), "--reason", "list of the online session")
        assert "2 check-ins" in story.emergency("verify", *seen, by="E001")
    with pytest.raises(RefusedError, match="no teaching credential"):
        story.emergency("verify", "ALG1-01", str(MONDAY), "--reason", "list", by="E004")
    story.tells_partner(FOUR[1])
    story.at = at(FOUR[-1] + timedelta(1), "08:00")
    story.emergency("end", str(FOUR[-1]), "--reason", "the air is clean")
    assert "met: study offered" in story.emergency("show")
    assert story.code == 0
    Register(small).certified(small.algebra, small.ana, [FOUR[-1] + timedelta(1)])
    story.asks_the_state(FOUR)
    Register(small).certified(small.algebra, small.chloe, [FOUR[0]])
    said = story.closes_the_book(FOUR)
    for words in (
        "severe weather",
        "Smoke of the Cedar fire",
        "4 days, which is a short",
        "screenshots/es/app.png",
    ):
        assert words in said
    assert "record on a closed day ALG1-01 001003 1 resolved asked the student" in said
    assert "J1 closure 8 2,960 filed" in said
    assert "School leader: signature" in said
    book = CalamineWorkbook.from_path(str(story.folder / "board.xlsx"))
    attendance = book.get_sheet_by_name("Attendance").to_python()
    first = next(row for row in attendance if row[1] == "ALG1-01" and row[0] == MONDAY)
    assert first[2:] == ["closed", 3.0, 1.0, 0.0, 1.0, 2.0, 2.0, 0.0]


def test_eight_days_are_taught_from_afar_and_nothing_unapproved_is_ever_in_a_report(story: Story) -> None:
    small = story.small
    Register(small).certified(small.algebra, small.ana, [MONDAY - timedelta(3)])
    story.at = at(MONDAY - timedelta(2), "12:00")
    before = report(small, PeriodKind.P2, date(2025, 6, 30))
    story.begin(EIGHT, "b")
    assert "8 days closed (extended)" in story.emergency("show")
    lend = (small.ben.number, "HS-07", "--on", str(EIGHT[0]))
    story.emergency("lend", *lend, by="E004")
    for on in EIGHT:
        story.checks_in(small.ana, on, "remote")
        story.at = at(on, "15:00")
        worked = ("ALG1-01", str(on), "assignment", "001001", "--evidence", "worksheet, folder 3")
        story.emergency("took-part", *worked, by="E001")
    story.calls(small.ben, EIGHT[1])
    story.at = at(EIGHT[1], "15:00")
    story.emergency(
        "took-part", "ALG1-01", str(EIGHT[1]), "contact", "001002", "--evidence", "call", by="E001"
    )
    story.calls(small.chloe, EIGHT[2])
    story.emergency("prove", "study offered", str(EIGHT[2]), "--evidence", "letters, binder 1")
    story.tells_partner(EIGHT[2])
    for on in EIGHT:
        story.at = max(story.at, at(on, "16:00"))
        story.emergency("verify", "ALG1-01", str(on), "--reason", "camera on", by="E001")
    story.at = at(EIGHT[-1], "17:00")
    story.emergency("end", str(EIGHT[-1]), "--reason", "the air is clean")
    story.emergency("give-back", "HS-07", "--on", str(EIGHT[-1]), "--reason", "works", by="E004")
    assert CheckIn.objects.count() == 10
    audit = story.emergency("audit")
    assert f"check_in_alone:001003/{EIGHT[2]}" in audit
    assert "1 lines, 1 open" in audit
    story.asks_the_state(EIGHT)
    filed = effect(story)
    assert filed == [
        "as it stands 1/153 0 days 0",
        "if approved 1/153 8 days 2960",
        "if denied 1/153 0 days 0",
    ]
    pending = report(small, PeriodKind.P2, date(2025, 6, 30))
    story.step("deny", date(2025, 6, 2))
    denied = effect(story)
    assert denied[0] == filed[0] == denied[2].replace("if denied", "as it stands")
    story.step("file", date(2025, 6, 3), "--reason", "the letter was of another school")
    story.step("approve", date(2025, 6, 4))
    assert effect(story)[0] == "as it stands 1/153 8 days 2960"
    approved = report(small, PeriodKind.P2, date(2025, 6, 30))
    assert before.rows[0].numerator == pending.rows[0].numerator == approved.rows[0].numerator
    assert pending.rows == approved.rows
    said = story.closes_the_book(EIGHT)
    for words in (
        "public health emergency",
        "8 days, which is an extended",
        "HS-07",
        "Hours are reported weekly",
    ):
        assert words in said
    story.run("j13a", "sheets", "J1", *YEAR, "--out", story.folder / "j13a.pdf", "--period", "p2")
    sheets = printed(story.folder / "j13a.pdf")
    assert "Section B: closed days" in sheets
    assert "A 09/09/2024 Monday 370 E1" in sheets
    assert "they are not the form" in sheets


def effect(story: Story) -> list[str]:
    """Return what the request does to P-2 of track A, case by case."""
    as_of = str(min(story.at.date(), date(2025, 6, 30)))
    said = story.run("j13a", "effect", "J1", *YEAR, "--period", "p2", "--as-of", as_of)
    found = re.findall(
        r"track A ([a-z ]+): (\d+/\d+) = \S+\s+\d+ days taught, (\d+ days) and (\d+) minutes", said
    )
    return [" ".join(each) for each in found]
