"""Outages and paper through the staff API: put down, taken in, decided, taken back; late entries listed."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from central.config import CentralConfig
from central.store.models import AttendanceRecord, Outage, PaperBatch, PaperLine, PaperRuling, PaperScan
from central.web import clock
from tests.central.web.test_api import problem
from tests.central.web.test_api_emergencies import Program
from tests.fakes.paper import shown
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
NEXT_DAY = at(MONDAY + timedelta(days=1), "09:00")
ROWS = "student number,date,mark\n001001,2024-09-09,present\n"
AT_EIGHT, AT_THREE = "2024-09-09T08:00:00-07:00", "2024-09-09T15:00:00-07:00"


@pytest.fixture(autouse=True)
def next_day(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(clock, "now", lambda: NEXT_DAY)
    monkeypatch.setattr(settings, "CONFIG", CentralConfig(data_dir=str(tmp_path)))


def outage(small: SmallSchool) -> dict[str, object]:
    when = {"since": AT_EIGHT, "until": AT_THREE}
    return {"station": small.station_101.code, **when, "cause": "power", "says": "the wing was dark"}


def test_an_outage_is_put_down_corrected_and_withdrawn_and_nothing_is_lost(small: SmallSchool) -> None:
    clerk = Program(small.clerk)
    word = outage(small)
    assert problem(clerk.asks("/outages", word | {"until": "2024-09-09T07:00:00-07:00"}))[0] == 409
    assert problem(clerk.asks("/outages", word | {"station": "nowhere"}))[0] == 409
    assert problem(clerk.asks("/outages", word | {"since": "2024-09-09"}))[0] == 422
    assert not Outage.objects.exists()
    made = clerk.does("/outages", word)
    where = f"/outages/{made['id']}"
    found = clerk.reads(where)
    assert [each["section"] for each in found["classes"]] == ["ALG1-01"]
    assert found["missing"] == 1
    assert problem(clerk.asks(f"{where}/steps", {"do": "correct", "reason": "x"}))[0] == 409
    late = {"do": "correct", "since": "2024-09-09T10:00:00-07:00", "until": AT_THREE, "reason": "the log"}
    assert problem(Program(small.teacher).asks(f"{where}/steps", late))[0] == 403
    clerk.does(f"{where}/steps", late)
    assert clerk.reads(where)["classes"] == []
    clerk.does(f"{where}/steps", {"do": "withdraw", "reason": "it was the other wing"})
    assert problem(clerk.asks(f"{where}/steps", late))[0] == 409
    listed = clerk.reads("/outages")
    assert listed["outages"][0]["is_withdrawn"] is True
    words = clerk.reads(where)["words"]
    assert [each["kind"] for each in words] == ["corrected", "withdrawn"]


def test_a_silence_is_proposed_and_confirmed_once(small: SmallSchool) -> None:
    clerk = Program(small.clerk)
    (likely, *_) = clerk.reads(f"/outages?silent_on={MONDAY}")["likely"]
    word = outage(small) | {"station": likely["station"], "since": likely["since"], "found": likely["found"]}
    clerk.does("/outages", word)
    assert problem(clerk.asks("/outages", word))[0] == 409
    assert Outage.objects.count() == 1


def test_a_file_is_looked_at_taken_in_as_shown_kept_and_taken_back(small: SmallSchool) -> None:
    clerk = Program(small.clerk)
    asked = {"file": {"name": "s.csv", "text": ROWS}, "section": "ALG1-01", "sheet": "S-1"}
    preview = clerk.does("/paper-previews", asked)
    assert preview["writes"] == 1
    assert not PaperBatch.objects.exists()
    seen = {each["key"]: each["chosen"] for each in preview["choices"]}
    wrong = asked | {"seen": seen | {"header": "7"}}
    assert "otherwise than it was shown" in problem(clerk.asks("/paper", wrong))[2]
    taken = clerk.does("/paper", asked | {"seen": seen, "save_as": "our sheets"})
    assert taken["records"] == 1
    again = clerk.does("/paper", asked | {"seen": seen, "mapping": "our sheets"})
    assert again == {"batch": None, "records": 0}
    where = f"/paper/{taken['batch']}"
    kept = {"collected_by": "Kim Clerk", "collected_on": str(MONDAY), "kept": "binder 4"}
    assert clerk.does(f"{where}/papers", kept) == {"sheets": 1}
    assert problem(clerk.asks(f"{where}/papers", kept | {"sheets": ["999"]}))[0] == 409
    assert PaperScan.objects.count() == 1
    assert clerk.reads(where)["sheets"][0]["kept"] == ["binder 4"]
    assert [each["id"] for each in clerk.reads("/paper")["batches"]] == [taken["batch"]]
    assert Program(small.other_teacher).reads("/paper")["count"] == 0
    assert Program(small.other_teacher).finds_nothing(where)
    back = clerk.does(f"{where}/withdrawal", {"reason": "the wrong week"})
    assert back == {"removed": 1, "left": 0}
    assert problem(clerk.asks(f"{where}/withdrawal", {"reason": "again"}))[0] == 409


def test_paper_that_waits_is_decided_by_the_teacher_with_a_reason(small: SmallSchool) -> None:
    shown(small, small.ben, "08:25")
    clerk, teacher = Program(small.clerk), Program(small.teacher)
    rows = "student number,date,mark\n001002,2024-09-09,absent\n001001,2024-09-09,present\n"
    asked = {"file": {"name": "s.csv", "text": rows}, "section": "ALG1-01", "sheet": "S-1"}
    choices = clerk.does("/paper-previews", asked)["choices"]
    seen = {each["key"]: each["chosen"] for each in choices}
    clerk.does("/paper", asked | {"seen": seen})
    where = f"/paper-decisions/ALG1-01/{MONDAY}"
    waiting = teacher.reads(where)["waiting"]
    assert "001002" in {each["student"] for each in waiting}
    line = str(PaperLine.objects.get(record__student=small.ben).pk)
    word = {"line": line, "choice": "paper", "reason": "the card was lent to a friend"}
    assert problem(clerk.asks(where, word))[0] == 409
    assert not PaperRuling.objects.exclude(choice="").exists()
    assert teacher.does(where, word)["student"] == "001002"
    assert AttendanceRecord.objects.get(student=small.ben).mark == "absent"
    assert problem(teacher.asks(where, word))[0] == 409
    assert problem(teacher.asks(where, {"line": line}))[0] == 422
    late = teacher.reads("/late-entries")
    assert late["count"] == len(late["entries"])
    assert {each["student"] for each in late["entries"]} == {"001001"}
    assert Program(small.other_teacher).reads("/late-entries")["count"] == 0
