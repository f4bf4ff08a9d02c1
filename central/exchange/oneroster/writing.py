"""Published: write a OneRoster 1.1 or 1.2 zip of everything, the same bytes for the same roster."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from central.exchange import layout
from central.exchange.layout import Cells, Column, Layout

Version = Literal["1.1", "1.2"]
Rows = Mapping[str, Sequence[Cells]]
"""Rows by file; a cell left out stays empty."""
_ALWAYS: Final = ("sourcedId", "status", "dateLastModified")
_PERSON: Final = ("givenName", "familyName", "middleName", "identifier", "email", "sms", "phone")
_OURS: Final = (
    *("metadata.ssid", "metadata.programme", "metadata.credential"),
    *("metadata.credentialBegin", "metadata.credentialEnd"),
)
_BOTH: Final[dict[str, tuple[str, ...]]] = {
    "academicSessions": (*_ALWAYS, "title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"),
    "orgs": (*_ALWAYS, "name", "type", "identifier", "parentSourcedId"),
    "courses": (
        *(*_ALWAYS, "schoolYearSourcedId", "title", "courseCode", "grades", "orgSourcedId"),
        *("subjects", "subjectCodes"),
    ),
    "classes": (
        *(*_ALWAYS, "title", "grades", "courseSourcedId", "classCode", "classType", "location"),
        *("schoolSourcedId", "termSourcedIds", "subjects", "subjectCodes", "periods", "metadata.track"),
    ),
    "enrollments": (
        *(*_ALWAYS, "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary"),
        *("beginDate", "endDate"),
    ),
    "demographics": (
        *(*_ALWAYS, "birthDate", "sex", "americanIndianOrAlaskaNative", "asian"),
        *("blackOrAfricanAmerican", "nativeHawaiianOrOtherPacificIslander", "white"),
        *("demographicRaceTwoOrMoreRaces", "hispanicOrLatinoEthnicity", "countryOfBirthCode"),
        *("stateOfBirthAbbreviation", "cityOfBirth", "publicSchoolResidenceStatus"),
    ),
}
_FILES: Final[Mapping[Version, Mapping[str, tuple[str, ...]]]] = {
    "1.1": {
        **_BOTH,
        "users": (
            *(*_ALWAYS, "enabledUser", "orgSourcedIds", "role", "username", "userIds", *_PERSON),
            *("agentSourcedIds", "grades", "password", "metadata.preferredName", *_OURS),
        ),
    },
    "1.2": {
        **_BOTH,
        "users": (
            *(*_ALWAYS, "enabledUser", "username", "userIds", *_PERSON, "agentSourcedIds", "grades"),
            *("password", "userMasterIdentifier", "resourceSourcedIds", "preferredGivenName"),
            *("preferredMiddleName", "preferredFamilyName", "primaryOrgSourcedId", "pronouns", *_OURS),
        ),
        "roles": (
            *(*_ALWAYS, "userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId"),
            "userProfileSourcedId",
        ),
    },
}
_ABSENT: Final[Mapping[Version, tuple[str, ...]]] = {
    "1.1": ("categories", "classResources", "courseResources", "lineItems", "resources", "results"),
    "1.2": (
        *("categories", "classResources", "courseResources", "lineItemLearningObjectiveIds"),
        *("lineItemScoreScales", "lineItems", "resources", "resultLearningObjectiveIds"),
        *("resultScoreScales", "results", "scoreScales", "userProfiles", "userResources"),
    ),
}
# The oldest date a zip can hold: when a file was made is not part of what it says.
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)


def write(version: Version, rows: Rows, system: str) -> bytes:
    """Return the zip: UTF-8 without a byte order mark, RFC 4180, status and dates of change left blank.

    `system` names who wrote it. Text a spreadsheet would run stands behind an apostrophe, which our
    own import takes off again.
    """
    files = _FILES[version]
    said = {"manifest.version": "1.0", "oneroster.version": version}
    said |= {f"file.{name}": "absent" for name in _ABSENT[version]}
    said |= {f"file.{name}": "bulk" for name in files}
    said |= {"source.systemName": system, "source.systemCode": system.casefold()}
    manifest = [{"propertyName": name, "value": value} for name, value in said.items()]
    tables = {"manifest": _table(("propertyName", "value"), manifest)}
    tables |= {name: _table(columns, rows.get(name, ())) for name, columns in files.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in tables.items():
            entry = zipfile.ZipInfo(f"{name}.csv", _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return out.getvalue()


def _table(columns: Sequence[str], rows: Sequence[Cells]) -> bytes:
    shape = Layout(tuple(Column(name, name) for name in columns))
    # A row may say what another version of the standard has a column for.
    return layout.write(shape, [{**dict.fromkeys(columns, ""), **row} for row in rows])
