"""The client of PowerSchool against a pretended one: what is certain after a call, and what never leaks."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Final

import pytest

from central.errors import RefusedError, UnavailableError
from central.exchange.powerschool import http_line
from central.exchange.powerschool.http_line import HttpLine, LostError, Question
from central.exchange.powerschool.ids import Entry, Ids, NoIdError, Scope
from central.exchange.powerschool.session import Outcome, Patience, PowerSchool
from tests.powerschool.faults import Fault, Faults
from tests.powerschool.queries import PREFIX
from tests.powerschool.server import CLIENT_ID, SECRET, Pretended, serving
from tests.powerschool.tables import Tables

ON: Final = date(2024, 9, 9)
SCOPE: Final = Scope(PREFIX.rstrip("."), "12", 2024, ON, ON, "meeting")


def tables(students: int = 3) -> Tables:
    """Return a school there with one class of one period."""
    found = Tables(
        "12", "34", codes={"P": "501", "A": "502"}, periods={"1": "77"}, days={ON.isoformat(): "9"}
    )
    found.students = {f"{number:04d}": str(3_000 + number) for number in range(students)}
    for key in found.students.values():
        found.enrollments[key, "ALG"] = str(int(key) + 5_000)
    return found


@contextmanager
def asked(
    found: Tables, faults: Faults | None = None, secret: str = SECRET
) -> Iterator[tuple[Pretended, PowerSchool, list[float]]]:
    """Serve, and yield the server, its client and the seconds the client would have rested."""
    rests: list[float] = []
    with serving(found, faults) as sis:
        line = HttpLine(sis.url, read_s=0.4)
        client = PowerSchool(line, CLIENT_ID, lambda: secret, Patience(rests.append, lambda: 0.5))
        try:
            yield sis, client, rests
        finally:
            client.close()


def record(student: str = "3000", **more: str | int) -> Mapping[str, str | int]:
    """Return a good record of a class."""
    return {
        "studentid": student,
        "att_date": ON.isoformat(),
        "schoolid": "12",
        "yearid": "34",
        "att_mode_code": "ATT_ModeMeeting",
        "attendance_codeid": "501",
        "ccid": str(int(student) + 5_000),
        "periodid": "77",
        "start_time": 30_600,
        "end_time": 36_000,
        **more,
    }


def students(client: PowerSchool) -> list[str]:
    return [row["id"] for row in client.whole(f"{PREFIX}students", SCOPE.arguments())]


def test_every_row_comes_once_however_short_the_pages_and_whatever_is_repeated() -> None:
    with asked(tables(250)) as (sis, client, _):
        assert len(students(client)) == 250
        assert len(sis.asked) == 1 + 4 + 1
    for seed in range(4):
        with asked(tables(250), Faults(seed, share=0.4)) as (_, client, _rests):
            assert students(client) == [str(3_000 + number) for number in range(250)]


def test_an_answer_that_is_empty_by_mistake_is_not_taken_for_nothing_there() -> None:
    with asked(tables(), Faults(0, 0.4, kinds=[Fault.EMPTY])) as (sis, client, _):
        for _number in range(5):
            assert len(students(client)) == 3
        assert sis.faults.happened[Fault.EMPTY] > 0
    always = Faults(0, 1.0, kinds=[Fault.EMPTY])
    with (
        asked(tables(), always) as (_, client, _rests),
        pytest.raises(UnavailableError, match="another number of rows"),
    ):
        students(client)


def test_a_row_deleted_between_two_pages_moves_no_other_out_of_sight() -> None:
    found = tables(150)
    with asked(found) as (_, client, _rests):
        rows = client.query(f"{PREFIX}students", SCOPE.arguments())
        seen = [next(rows)["id"]]
        del found.students["0003"]
        seen += [row["id"] for row in rows]
        assert set(found.students.values()) <= set(seen)


def test_a_token_that_ran_out_is_renewed_and_a_wrong_secret_lets_nobody_in() -> None:
    with asked(tables()) as (sis, client, _):
        sis.uses_of_a_token = 1
        assert len(students(client)) == 3
        assert client.write("meeting_interval", [record()]).outcome is Outcome.TAKEN
        assert sis.asked.count("/oauth/access_token") > 2
    with asked(tables(), None, "not-the-secret") as (_, client, _rests):
        with pytest.raises(RefusedError, match="lets nobody in") as caught:
            students(client)
        assert "not-the-secret" not in str(caught.value)
        assert client.write("meeting_interval", [record()]).outcome is Outcome.NOT_SENT


def test_what_asks_to_be_left_alone_is_left_alone_as_long_as_it_asks() -> None:
    with asked(tables(), Faults(planned=[Fault.THROTTLE, Fault.THROTTLE])) as (_, client, rests):
        assert client.write("meeting_interval", [record()]).outcome is Outcome.TAKEN
        assert rests == [2.0, 2.0]
    with asked(tables(), Faults(planned=[Fault.THROTTLE] * 6)) as (_, client, _rests):
        assert client.write("meeting_interval", [record()]).outcome is Outcome.NOT_SENT


@pytest.mark.parametrize("fault", [Fault.REFUSE, Fault.BREAK, Fault.HANG, Fault.DROP, Fault.LATE])
def test_what_may_have_arrived_is_unknown_and_not_sent_again(fault: Fault) -> None:
    with asked(tables(), Faults(planned=[fault])) as (sis, client, _):
        assert client.write("meeting_interval", [record()]).outcome is Outcome.UNKNOWN
        assert sis.writes() == 1


def test_where_nobody_listens_nothing_was_sent() -> None:
    with asked(tables()) as (sis, client, _):
        students(client)
        url = sis.url
    line = HttpLine(url)
    with pytest.raises(LostError) as caught:
        line.ask(Question("POST", "/ws/attendance/daily_time", {}, b"{}"))
    assert not caught.value.may_have_arrived
    client = PowerSchool(line, CLIENT_ID, lambda: SECRET, Patience(lambda _s: None, lambda: 0.5))
    assert client.write("daily_time", [record()]).outcome is Outcome.NOT_SENT
    with pytest.raises(UnavailableError, match="gives no access token"):
        students(client)
    line.close()


def test_each_record_of_a_half_refused_call_is_told_by_codes_alone() -> None:
    with asked(tables()) as (_, client, _rests):
        written = client.write("meeting_interval", [record(), record(attendance_codeid="999")])
        assert written.records is not None
        good, bad = written.records
        assert good.is_taken
        assert good.dcid == "90001"
        assert (bad.is_taken, bad.why) == (False, "attendance_codeid INVALID")
        doubled = Faults(planned=[Fault.REPEAT])
    with asked(tables(), doubled) as (_, client, _rests):
        written = client.write("meeting_interval", [record()])
        # It lists more than was sent: that it was taken is believed, which row it is is not.
        assert (written.outcome, written.records) == (Outcome.TAKEN, None)


def test_a_plugin_without_the_right_is_refused_with_what_to_look_at() -> None:
    with asked(tables()) as (sis, client, _):
        sis.forbidden = {"/ws/schema"}
        with pytest.raises(RefusedError, match=r"it answers 403.*look at the plugin"):
            students(client)
        with pytest.raises(RefusedError, match="it answers 404"):
            client.changes("nobody", 0, "attendance")
        assert client.changes("rollbook", 0, "attendance") == (0, set())


def test_the_pretended_server_refuses_what_the_real_one_documents_it_refuses() -> None:
    daily = {"att_mode_code": "ATT_ModeDaily"}
    with asked(tables()) as (sis, client, _):
        many = [record(**daily)] * 201
        assert client.write("batch_daily_time", many).why == "it answers 400"
        assert client.write("daily_time", many[:2]).outcome is Outcome.UNKNOWN
        assert client.write("meeting_interval", [record(), record("3001")]).why == "it answers 400"
        assert client.write("meeting_interval", [record(**daily)]).outcome is Outcome.REFUSED
        assert sis.tables.inserted == 0
        # It has no idempotency key: the same again is a second row, unless it names the first.
        first = client.write("batch_daily_time", many[:1]).records
        assert first is not None
        client.write("batch_daily_time", [record(**daily, dcid=first[0].dcid)])
        assert (sis.tables.inserted, sis.tables.duplicates()) == (1, 0)
        client.write("daily_time", many[:1])
        assert (sis.tables.inserted, sis.tables.duplicates()) == (2, 1)


def test_a_key_is_found_for_the_day_and_what_lacks_is_said_without_a_name() -> None:
    with asked(tables()) as (sis, client, _):
        ids = Ids(client, SCOPE)
        entry = Entry("0001", ON, "P", "m", section="ALG", period="1", hours_s=(30_600, 36_000))
        wanted = ids.wanted(entry)
        assert (wanted.place.student, wanted.place.enrollment) == ("3001", "8001")
        assert (wanted.code_id, wanted.day_id, wanted.period_id) == ("501", "9", "77")
        questions = len(sis.asked)
        ids.wanted(entry)
        assert len(sis.asked) == questions
        sis.tables.codes["P"] = "601"
        ids.forget()
        assert ids.wanted(entry).code_id == "601"
        for wrong in ("9999", "0001"):
            with pytest.raises(NoIdError) as caught:
                ids.wanted(Entry(wrong, ON, "P", "m", section="ENG"))
            assert wrong not in str(caught.value)


@contextmanager
def stranger(answer: bytes) -> Iterator[str]:
    """Let something else answer every request with the same bytes, and yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            try:
                while True:
                    line, _ = listening.accept()
                    with line:
                        line.recv(65_536)
                        line.sendall(answer)
            except OSError:
                return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_a_redirect_is_an_answer_and_the_secret_does_not_follow_it() -> None:
    with asked(tables()) as (sis, _, _rests):
        answer = f"HTTP/1.1 302 Found\r\nLocation: {sis.url}/oauth/access_token\r\nContent-Length: 0\r\n\r\n"
        with stranger(answer.encode()) as url:
            line = HttpLine(url)
            assert line.ask(Question("POST", "/oauth/access_token", {}, b"x")).status == 302
            line.close()
        assert sis.asked == []


def test_an_answer_without_end_or_one_that_unfolds_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_line, "_MOST_BYTES", 1_000)
    long = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5_000
    packed = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nxyz"
    for answer in (long, packed, b"nothing like HTTP\r\n\r\n"):
        with stranger(answer) as url:
            line = HttpLine(url)
            with pytest.raises(LostError) as caught:
                line.ask(Question("GET", "/", {}))
            assert caught.value.may_have_arrived
            line.close()
