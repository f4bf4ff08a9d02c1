"""What an operator is told of central's health: first what stops it, each with what to do."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from central.intake import schema
from central.store.models import School
from central.work import health
from tests.central.commands.conftest import Central
from tests.fakes.server_certificate import make_certificate


def test_health_tells_what_an_operator_is_to_do_and_in_which_order(with_calendar: Central) -> None:
    config, at = with_calendar.config, with_calendar.at
    config.records.touch()
    assert health.problems(config, at) == []
    real = replace(config, practice=None, public_url="https://rollbook.school.example")
    schema.open_file(config.evidence).close()
    School.objects.update(is_practice=False)
    (config.data / "server.json").touch()
    os.utime(config.data / "server.json", (at.timestamp(), at.timestamp()))
    assert [each.code for each in health.problems(real, at)] == ["address"]
    late = at + timedelta(hours=27)
    assert [each.code for each in health.problems(real, late)] == ["address", "backup"]
    (config.data / "safe.json").write_text("{}")
    os.utime(config.data / "safe.json", (at.timestamp(), at.timestamp()))
    (found,) = [each for each in health.problems(real, late) if each.code == "backup"]
    assert found.says.startswith("the newest backup is 27 hours old")
    behind_a_proxy = replace(real, proxies=("192.0.2.1",))
    assert health.problems(behind_a_proxy, at) == []
    config.evidence.write_bytes(b"no database, whatever its name says")
    assert next((each.code, each.stops) for each in health.problems(real, late)) == ("database", True)


def test_health_tells_of_a_certificate_before_browsers_do(with_calendar: Central, tmp_path: Path) -> None:
    tls = make_certificate(tmp_path, days=30)
    config = replace(with_calendar.config, tls=tls, public_url="https://rollbook.school.example")
    ends = datetime(2026, 1, 31, tzinfo=UTC)
    for before, said in ((22, None), (20, "ends in 20 days"), (0, "renew it now"), (-3, "renew it now")):
        found = list(health.of_certificate(config, ends - timedelta(days=before)))
        assert [said in each.says for each in found if said] == ([True] if said else [])
        assert len(found) == bool(said)
    Path(tls.certificate).write_text("no certificate")
    assert "cannot be read" in next(health.of_certificate(config, ends)).says
    assert [each.code for each in health.of_address(replace(config, public_url="http://x"))] == ["address"]
