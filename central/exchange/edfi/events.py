"""Published: attendance as Ed-Fi events, a JSON object a line, each with what is to be done with it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from central.domain.calendar import SchoolYear

Resource = Literal["studentSchoolAttendanceEvents", "studentSectionAttendanceEvents"]
SCHOOL: Final[Resource] = "studentSchoolAttendanceEvents"
SECTION: Final[Resource] = "studentSectionAttendanceEvents"


@dataclass(frozen=True, slots=True)
class Descriptors:
    """The attendance categories there; an empty one is not sent at all."""

    present: str = "uri://ed-fi.org/AttendanceEventCategoryDescriptor#In Attendance"
    tardy: str = "uri://ed-fi.org/AttendanceEventCategoryDescriptor#Tardy"
    excused: str = "uri://ed-fi.org/AttendanceEventCategoryDescriptor#Excused Absence"
    unexcused: str = "uri://ed-fi.org/AttendanceEventCategoryDescriptor#Unexcused Absence"


DEFAULT: Final = Descriptors()


@dataclass(frozen=True, slots=True)
class EdfiTemplate:
    """How a district's Ed-Fi server knows this school: its id, its session, its students and courses.

    `student` says by which number it knows students. `course` is the localCourseCode of a section:
    its code or its title; `arrival` sends the time of arrival, which not every server takes.
    """

    school_id: int = 0
    session_name: str = ""
    student: Literal["number", "ssid"] = "number"
    course: Literal["code", "title"] = "code"
    descriptors: Descriptors = DEFAULT
    arrival: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One student's attendance of one day, in a class or at school (`section` empty).

    `category` is the descriptor, part of the natural key there: another category is another event.
    `more` are the members that are no part of it.
    """

    student: str
    on: date
    category: str
    section: str = ""
    course: str = ""
    more: dict[str, object] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What the event is of, whatever its category."""
        return f"{self.student}\t{self.section}\t{self.on}"

    @property
    def resource(self) -> Resource:
        """Where it is posted."""
        return SECTION if self.section else SCHOOL


def body(event: Event, template: EdfiTemplate) -> dict[str, object]:
    """Return the resource as it is posted."""
    year = SchoolYear.of(event.on).ends_on.year
    session = {"schoolId": template.school_id, "schoolYear": year, "sessionName": template.session_name}
    said: dict[str, object] = {
        "attendanceEventCategoryDescriptor": event.category,
        "eventDate": event.on.isoformat(),
        "studentReference": {"studentUniqueId": event.student},
    }
    if event.section:
        named = {"localCourseCode": event.course, "sectionIdentifier": event.section}
        said["sectionReference"] = {**named, **session}
    else:
        said["schoolReference"] = {"schoolId": template.school_id}
        said["sessionReference"] = session
    return said | event.more


def told(resource: str, said: dict[str, object]) -> str:
    """Return a resource and its body as one text, the same for the same things."""
    return json.dumps({"resource": resource, "body": said}, sort_keys=True, ensure_ascii=False)


def step(operation: Literal["delete", "post"], content: str) -> str:
    """Return one line of the file: what is to be done, where, with what."""
    said = json.loads(content)
    return json.dumps({"operation": operation, **said}, ensure_ascii=False)


def category_of(content: str) -> str:
    """Return the category a text says."""
    return str(json.loads(content)["body"]["attendanceEventCategoryDescriptor"])


def write(lines: Iterable[str]) -> bytes:
    """Return the file: UTF-8, a line a step, deletions first where a key changed."""
    return "".join(f"{line}\n" for line in lines).encode("utf-8")
