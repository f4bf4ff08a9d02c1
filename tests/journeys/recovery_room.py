"""Fill a central with a school in its first weeks of attendance recovery; print who is signed in where."""

import json
import sys
from collections.abc import Mapping
from datetime import date
from typing import Final

from central.store import readiness

TODAY: Final = date(2025, 9, 13)
"""A Saturday, after the morning's session."""
_READERS: Final = ("teacher", "clerk", "leader", "auditor")


def fill() -> Mapping[str, str]:
    """Write the school and return the session cookie of each reader by role.

    Ana missed two days and came to the Saturday session, for which nobody has documented anything yet;
    Ben has a record with both services and a signed session.
    """
    from django.test import Client

    from central.domain.recovery import ServiceKind
    from central.store.models import School
    from tests.fakes import recovery_school
    from tests.fakes.recovery_school import taught
    from tests.fakes.school import give_login

    School.objects.all().delete()
    of = recovery_school.build(has_begun=True)
    of.students["ana"].birth_on = date(2014, 9, 30)
    of.students["ana"].save()
    of.certify(date(2025, 9, 4), ["ana"])
    of.certify(date(2025, 9, 5), ["ana", "ben"])
    record = of.record("ben", taught()[5], comment="Saturday school")
    for kind in ServiceKind:
        of.service(record, kind)
    of.signed(date(2025, 9, 6), {"ben": 240}, "AR-6", ("09:00", "13:00"))
    of.session(TODAY, "AR-7", ("09:00", "13:00"))
    for clock in ("09:01", "12:59"):
        of.tap("ana", TODAY, clock)
    cookies = {}
    for role in _READERS:
        client = Client()
        client.force_login(give_login(of.staff[role]))
        cookies[role] = client.cookies["sessionid"].value
    return cookies


if __name__ == "__main__":
    readiness.set_up()
    json.dump(fill(), sys.stdout)
