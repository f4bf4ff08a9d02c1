"""Everything that travels with a release is pinned, locked by digests, licensed, listed and audited."""

import json
import shutil
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from provisioning import release_lock
from provisioning.release_lock import Pin
from tests.supply import __main__ as program
from tests.supply import audit, sbom
from tests.supply.closure import OURS, ROOT, Found, ranges, travelling
from tests.supply.licences import ALLOWED, COPYLEFT, LICENCES, parts

LOCK = ROOT / "constraints" / "hashed"
PYTHONS = sorted(path.stem.removeprefix("py") for path in LOCK.glob("py*.txt"))
NOW = datetime(2026, 11, 20, tzinfo=UTC)
DIGEST = "0" * 64


@pytest.mark.parametrize("python", PYTHONS)
def test_every_pinned_release_is_locked_by_the_digests_of_its_files_and_nothing_else_is(python: str) -> None:
    pinned = release_lock.read(ROOT / "constraints", python)
    locked = release_lock.read(LOCK, python)
    assert {name: pin.version for name, pin in locked.items()} == {
        name: pin.version for name, pin in pinned.items()
    }, "renew with make pins"
    assert [name for name, pin in locked.items() if not pin.digests] == []


@pytest.mark.parametrize("python", PYTHONS)
def test_every_pin_lies_within_what_pyproject_allows(python: str) -> None:
    locked = release_lock.read(LOCK, python)
    environment = {"python_version": f"{python[0]}.{python[1:]}", "sys_platform": "linux"}
    asked = [each for extra, some in ranges().items() if extra not in {"pi", "pi5"} for each in some]
    for each in asked:
        name = canonicalize_name(each.name)
        if name == OURS or (each.marker and not each.marker.evaluate(environment)):
            continue
        assert name in locked, f"{name} is in no lock; make pins"
        assert Version(locked[name].version) in each.specifier, f"{name} {locked[name].version}: {each}"


def test_there_is_a_lock_for_every_python_the_product_is_tested_on() -> None:
    assert {"311", "313"} <= set(PYTHONS)


def test_the_bill_of_materials_lists_what_travels_and_nothing_else_and_is_the_same_twice() -> None:
    pins, needs = release_lock.read(LOCK, "311"), travelling()
    text = sbom.bill("0.1.0", needs, pins)
    assert sbom.bill("0.1.0", travelling(), pins) == text
    bill = json.loads(text)
    listed = {each["name"]: each for each in bill["components"]}
    assert set(listed) == set(needs.needs)
    assert {"nfcpy", "requests", "django", "cryptography"} <= set(listed)
    assert not {"pytest", "mypy", "ruff", "playwright"} & set(listed), "what only tests use does not travel"
    for name, each in listed.items():
        assert each["version"] == pins[name].version
        assert {item["content"] for item in each["hashes"]} == pins[name].digests
    known = {each["bom-ref"] for each in bill["components"]}
    told = {ref for each in bill["dependencies"] for ref in each["dependsOn"]}
    assert told == known, "everything is there because something needs it"


def test_what_is_not_locked_or_of_an_unread_licence_makes_no_bill() -> None:
    locked = {"requests": Pin("2.34.0", frozenset({DIGEST}))}
    with pytest.raises(sbom.SupplyError, match=r"digests: \['urllib3'\]"):
        sbom.bill("1", Found({"requests": {"urllib3"}, "urllib3": set()}), locked)
    with pytest.raises(sbom.SupplyError, match=r"digests: \['tomorrow'\]"):
        sbom.bill("1", Found({"requests": set()}, {"tomorrow"}), locked)
    with pytest.raises(sbom.SupplyError, match=r"unread licence: \['left-pad'\]"):
        sbom.bill("1", Found({"left-pad": set()}), {"left-pad": Pin("1", frozenset({DIGEST}))})


def test_every_licence_was_read_and_is_allowed() -> None:
    assert {name for name in travelling().needs if name not in LICENCES} == set()
    assert {name: licence for name, licence in LICENCES.items() if parts(licence) - ALLOWED} == {}
    asking = {"EUPL-1.1", "LGPL-2.1-or-later", "LGPL-3.0-only", "MPL-2.0"}
    alone = {name for name, licence in LICENCES.items() if licence in asking}
    assert alone == set(COPYLEFT), "why each of these may be used is written down"


def entry(name: str, **affected: object) -> dict[str, object]:
    return {
        "id": "PYSEC-1",
        "modified": NOW.isoformat(),
        "affected": [{"package": {"ecosystem": "PyPI", "name": name}, **affected}],
    }


def between(*events: dict[str, str]) -> list[dict[str, object]]:
    return [{"type": "ECOSYSTEM", "events": list(events)}]


@pytest.mark.parametrize(
    ("told", "is_known"),
    [
        (entry("Requests", versions=["2.34.0"]), True),
        (entry("requests", versions=["2.33.0"]), False),
        (entry("requests", ranges=between({"introduced": "0"}, {"fixed": "2.34.1"})), True),
        (entry("requests", ranges=between({"introduced": "0"}, {"fixed": "2.34.0"})), False),
        (entry("requests", ranges=between({"introduced": "2.34"}, {"last_affected": "2.34.0"})), True),
        (entry("requests", ranges=between({"introduced": "0"}, {"last_affected": "2.33.9"})), False),
        (entry("requests", ranges=between({"introduced": "2.35"})), False),
        (
            entry("requests", ranges=between({"introduced": "0"}, {"fixed": "1"}, {"introduced": "2"})),
            True,
        ),
        (entry("requests-toolbelt", versions=["2.34.0"]), False),
        ({**entry("requests", versions=["2.34.0"]), "withdrawn": NOW.isoformat()}, False),
    ],
)
def test_a_feed_speaks_of_exactly_the_versions_it_names(told: dict[str, object], *, is_known: bool) -> None:
    pins = {"requests": Pin("2.34.0", frozenset({DIGEST}))}
    assert bool(audit.known(pins, [told])) is is_known


def test_a_feed_that_is_old_or_empty_or_nothing_is_no_good_news(tmp_path: Path) -> None:
    feed = tmp_path / "all.zip"
    with zipfile.ZipFile(feed, "w") as archive:
        archive.writestr("PYSEC-1.json", json.dumps(entry("requests", versions=["1"])))
    assert len(audit.read(feed, NOW)) == 1
    with pytest.raises(audit.FeedError, match="is of 2026-11-20; fetch a newer one"):
        audit.read(feed, NOW + timedelta(days=15))
    (tmp_path / "empty").mkdir()
    with pytest.raises(audit.FeedError, match="no vulnerability at all"):
        audit.read(tmp_path / "empty", NOW)
    feed.write_bytes(b"<html>sign in to the school network</html>")
    with pytest.raises(audit.FeedError, match="is no feed"):
        audit.read(feed, NOW)
    assert program.main(["audit", "--feed", str(feed)]) == 69


def test_a_locked_package_that_is_known_to_be_vulnerable_stops_a_release(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pins = release_lock.read(LOCK, "311")
    told = {**entry("django", versions=[pins["django"].version]), "modified": datetime.now(UTC).isoformat()}
    feed = tmp_path / "feed.json"
    feed.write_text(json.dumps([told]))
    assert program.main(["audit", "--feed", str(feed)]) == 1
    assert f"django {pins['django'].version}: PYSEC-1" in capsys.readouterr().out


def test_a_service_that_gives_no_answer_stops_a_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = tmp_path / "pip-audit"
    fake.write_text("#!/bin/sh\necho 'ConnectionError: no route' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda _name, path=None: str(fake) if path is None else None)
    assert program.main(["audit"]) == 69
    assert "NOT AUDITED: no answer (ConnectionError: no route)" in capsys.readouterr().out
    fake.write_text("#!/bin/sh\necho 'Found 1 known vulnerability in 1 package' >&2\nexit 1\n")
    assert program.main(["audit"]) == 1
    fake.write_text("#!/bin/sh\necho 'No known vulnerabilities found'\n")
    assert program.main(["audit"]) == 0
