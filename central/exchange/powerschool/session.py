"""Published: PowerSchool's calls as central uses them, each with what is certain about it afterwards."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final
from urllib.parse import quote

from central.errors import CentralError, RefusedError, UnavailableError
from central.exchange.powerschool import answers
from central.exchange.powerschool.answers import RecordAnswer, Row, UnreadableError
from central.exchange.powerschool.http_line import Answer, HttpLine, LostError, Question

PAGE: Final = 500
"""Rows asked for at once; a server gives as many as it likes to."""
_TRIES: Final = 6
_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 60.0
_OK, _BAD, _UNAUTHORIZED, _THROTTLED, _BROKEN = 200, 400, 401, 429, 500
_JSON: Final = {"Content-Type": "application/json", "Accept": "application/json"}


class Outcome(Enum):
    """What is certain about records that were to be written."""

    TAKEN = "taken"
    """The server says it has them; `records` says which, where it tells."""
    REFUSED = "refused"
    """It has none of them."""
    UNKNOWN = "unknown"
    """It may have all, some or none: they are read back before anything else is done."""
    NOT_SENT = "not sent"
    """Nothing was looked at, and nothing more should be sent in this run."""


@dataclass(frozen=True, slots=True)
class Written:
    """The outcome of one writing call, why, and what is known of each record in the order sent."""

    outcome: Outcome
    why: str = ""
    records: Sequence[RecordAnswer] | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """How to wait: `pause` rests for seconds, `dice` draws from 0 to 1."""

    pause: Callable[[float], None] = field(repr=False)
    dice: Callable[[], float] = field(repr=False)

    def rest(self, tried: int, asked_s: float | None) -> None:
        """Wait as long as the answer asked for, else a share of a bound that doubles; in seconds."""
        bound_s = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0**tried)
        self.pause(asked_s if asked_s is not None else self.dice() * bound_s)


class PowerSchool:
    """One server, spoken to with one plugin's key; the secret is fetched only when a token is asked for."""

    def __init__(self, line: HttpLine, client_id: str, secret: Callable[[], str], patience: Patience) -> None:
        self._line = line
        self._client_id = client_id
        self._secret = secret
        self._patience = patience
        self._token = ""

    def close(self) -> None:
        """Close the line."""
        self._line.close()

    def whole(self, name: str, arguments: Mapping[str, str]) -> list[Row]:
        """Return every row of a named query, as many as the server counts; raises as `query`.

        An answer that is empty by mistake would look as if everything had been removed there.
        """
        for tried in range(_TRIES):
            found = list(self.query(name, arguments))
            if self._count(name, arguments) == len(found):
                return found
            self._patience.rest(tried, None)
        msg = f"{name} gives another number of rows than it counts; try again later"
        raise UnavailableError(msg)

    def query(self, name: str, arguments: Mapping[str, str]) -> Iterator[Row]:
        """Yield every row of a named query once, in the order of their `id`.

        The query takes `after` and answers with rows of a greater id, so rows that come or go between
        two pages move no other row. Raises UnavailableError and RefusedError.
        """
        after, repeated = 0, 0
        while True:
            found = self._page(name, {**arguments, "after": str(after)})
            fresh = [row for row in found if _id(row, name) > after]
            if not found:
                return
            repeated = 0 if fresh else repeated + 1
            if repeated == _TRIES:
                msg = f"{name} gives the same rows again and again; look at the plugin's query"
                raise UnavailableError(msg)
            for row in sorted(fresh, key=lambda row: _id(row, name)):
                # A row that stands twice in one answer is one row.
                if _id(row, name) > after:
                    after = _id(row, name)
                    yield row

    def write(self, call: str, records: Sequence[Mapping[str, str | int]]) -> Written:
        """Send attendance records by one of the three calls; never twice once they may have arrived."""
        listed = [{"name": "ATTENDANCE", "tables": {"attendance": dict(record)}} for record in records]
        body = json.dumps({"name": "ATTENDANCE", "record": listed}).encode()
        question = Question("POST", f"/ws/attendance/{call}", _JSON, body)
        has_new_token = False
        for tried in range(_TRIES):
            try:
                answer = self._asked(question)
            except LostError as error:
                if error.may_have_arrived:
                    return Written(Outcome.UNKNOWN, str(error))
                self._patience.rest(tried, None)
                continue
            except CentralError as error:
                # Without a token nothing was sent.
                return Written(Outcome.NOT_SENT, str(error))
            if answer.status == _UNAUTHORIZED and not has_new_token:
                self._token, has_new_token = "", True
            elif answer.status == _THROTTLED:
                self._patience.rest(tried, answer.retry_after_s)
            else:
                return _written(answer, len(records))
        return Written(Outcome.NOT_SENT, "it cannot be reached, or asks to be left alone")

    def changes(self, application: str, since: int, table: str) -> tuple[int, set[str]]:
        """Return the feed's position now and the keys of a table's rows that changed since another.

        Raises UnavailableError and RefusedError.
        """
        path = f"/ws/dataversion/{quote(application, safe='')}/{since}"
        body = self._read(Question("GET", path, _JSON), "the feed of changes")
        try:
            return answers.changes(body, table)
        except UnreadableError as error:
            raise self._unreadable(error) from error

    def _count(self, name: str, arguments: Mapping[str, str]) -> int:
        path = f"/ws/schema/query/{quote(name, safe='')}/count"
        body = json.dumps({**arguments, "after": "0"}).encode()
        try:
            return answers.count(self._read(Question("POST", path, _JSON, body), name))
        except UnreadableError as error:
            raise self._unreadable(error) from error

    def _page(self, name: str, arguments: Mapping[str, str]) -> list[Row]:
        path = f"/ws/schema/query/{quote(name, safe='')}?pagesize={PAGE}"
        question = Question("POST", path, _JSON, json.dumps(dict(arguments)).encode())
        try:
            return answers.rows(self._read(question, name))
        except UnreadableError as error:
            raise self._unreadable(error) from error

    def _read(self, question: Question, what: str) -> bytes:
        """Return the body of a reading call, which may be asked again as often as it takes."""
        why, has_new_token = "", False
        for tried in range(_TRIES):
            asked_s = None
            try:
                answer = self._asked(question)
            except LostError as error:
                why = str(error)
            else:
                if answer.status == _OK:
                    return answer.body
                why, asked_s = f"it answers {answer.status}", answer.retry_after_s
                if answer.status == _UNAUTHORIZED and not has_new_token:
                    self._token, has_new_token = "", True
                    continue
                if answer.status != _THROTTLED and answer.status < _BROKEN:
                    msg = f"{self._line.url} refuses {what} ({why}); look at the plugin and what it may read"
                    raise RefusedError(msg)
            self._patience.rest(tried, asked_s)
        msg = f"{self._line.url} does not give {what} ({why}); try again later"
        raise UnavailableError(msg)

    def _asked(self, question: Question) -> Answer:
        if not self._token:
            self._token = self._new_token()
        headers = {**question.headers, "Authorization": f"Bearer {self._token}"}
        return self._line.ask(Question(question.method, question.path, headers, question.body))

    def _new_token(self) -> str:
        pair = base64.b64encode(f"{self._client_id}:{self._secret()}".encode()).decode()
        headers = {
            "Authorization": f"Basic {pair}",
            "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8",
            "Accept": "application/json",
        }
        question = Question("POST", "/oauth/access_token", headers, b"grant_type=client_credentials")
        why = ""
        for tried in range(_TRIES):
            asked_s = None
            try:
                answer = self._line.ask(question)
            except LostError as error:
                why = str(error)
            else:
                if answer.status == _OK:
                    return self._granted(answer.body)
                why, asked_s = f"it answers {answer.status}", answer.retry_after_s
                if answer.status != _THROTTLED and answer.status < _BROKEN:
                    msg = f"{self._line.url} lets nobody in ({why}); compare client_id and secret there"
                    raise RefusedError(msg)
            self._patience.rest(tried, asked_s)
        msg = f"{self._line.url} gives no access token ({why}); look at the address and the network"
        raise UnavailableError(msg)

    def _granted(self, body: bytes) -> str:
        try:
            return answers.token(body)
        except UnreadableError as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: UnreadableError) -> UnavailableError:
        return UnavailableError(f"{self._line.url} answers with {error}; is it a PowerSchool server?")


def _id(row: Row, name: str) -> int:
    key = row.get("id", "")
    if not key.isascii() or not key.isdigit():
        msg = f"{name} has a row without a number in its column id; install the plugin's query anew"
        raise UnavailableError(msg)
    return int(key)


def _written(answer: Answer, sent: int) -> Written:
    """Judge a whole answer to a writing call; what is not certain is unknown."""
    why = f"it answers {answer.status}"
    if answer.status == _OK:
        each = answers.of_records(answer.body, sent)
        if each is None and answers.count_of_taken(answer.body) not in {None, sent}:
            return Written(Outcome.UNKNOWN, "it says it took another number of records than were sent")
        return Written(Outcome.TAKEN, "", each)
    if answer.status == _BAD:
        each = answers.of_records(answer.body, sent)
        if each is not None:
            return Written(Outcome.TAKEN, why, each)
        # Of several records some may stand there; of one alone there is none.
        return Written(Outcome.REFUSED if sent == 1 else Outcome.UNKNOWN, why)
    return Written(Outcome.UNKNOWN if answer.status >= _BROKEN else Outcome.NOT_SENT, why)
