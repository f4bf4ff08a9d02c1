"""The three calls by which attendance is written at a pretended PowerSchool, and what they answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from tests.powerschool.faults import Fault
from tests.powerschool.tables import Record, Tables

MOST = 200
_MODES = {
    "daily_time": {"ATT_ModeDaily", "ATT_ModeTime"},
    "batch_daily_time": {"ATT_ModeDaily", "ATT_ModeTime"},
    "meeting_interval": {"ATT_ModeMeeting", "ATT_ModeInterval"},
}


@dataclass(frozen=True)
class Answered:
    """A status and a body; `late` is what is done only once the line is gone."""

    status: int
    body: Mapping[str, object]
    late: Callable[[], object] | None = None


def write(tables: Tables, call: str, sent: object, fault: Fault | None) -> Answered:
    """Carry out one writing call; with half of it failing, every other record is refused."""
    records = _records(sent)
    if records is None or not records or (why := _wrong(call, records)):
        return Answered(400, {"message": f"Bad Request: {why if records else 'no record'}"})
    if fault is Fault.LATE:
        return Answered(200, {}, lambda: _carry_out(tables, records, None))
    return _carry_out(tables, records, fault)


def _carry_out(tables: Tables, records: Sequence[Record], fault: Fault | None) -> Answered:
    results: list[Mapping[str, object]] = []
    with tables.lock:
        for number, fields in enumerate(records):
            faults = list(tables.faults_of(fields))
            if fault is Fault.HALF and number % 2 == 0:
                faults = faults or [("attendance", "TRANSIENT")]
            results.append(_refused(faults) if faults else _kept(tables, fields))
    taken = [each["action"] for each in results if each["status"] == "SUCCESS"]
    body = {
        "insert_count": taken.count("INSERT"),
        "update_count": taken.count("UPDATE"),
        "delete_count": 0,
        "result": results * (2 if fault is Fault.REPEAT else 1),
    }
    return Answered(200 if taken else 400, body)


def _records(sent: object) -> list[Record] | None:
    if not isinstance(sent, dict) or not isinstance(sent.get("record"), list):
        return None
    tables = [each.get("tables") for each in sent["record"] if isinstance(each, dict)]
    found = [each.get("attendance") for each in tables if isinstance(each, dict)]
    good = [cast("Record", each) for each in found if isinstance(each, dict)]
    return good if len(good) == len(sent["record"]) else None


def _wrong(call: str, records: Sequence[Record]) -> str:
    """Say what the call does not take, whatever the records say."""
    if len(records) > (1 if call == "daily_time" else MOST):
        return "too many records"
    if any(fields.get("att_mode_code") not in _MODES[call] for fields in records):
        return "att_mode_code"
    if (
        call == "meeting_interval"
        and len({(one.get("studentid"), one.get("att_date")) for one in records}) > 1
    ):
        return "more than one student or day"
    return ""


def _kept(tables: Tables, fields: Record) -> Mapping[str, object]:
    dcid, action = tables.keep(fields)
    ref = f"/ws/schema/table/attendance/{dcid}"
    return {"status": "SUCCESS", "action": action, "success_message": {"id": dcid, "ref": ref}}


def _refused(faults: Sequence[tuple[str, str]]) -> Mapping[str, object]:
    errors = [
        {"field": field, "error_code": code, "error_description": f"{field} of Ana Soto is not good"}
        for field, code in faults
    ]
    return {"status": "ERROR", "action": "INSERT", "error_message": {"error": errors}}
