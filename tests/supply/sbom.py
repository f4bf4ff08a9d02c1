"""The bill of materials of a release in CycloneDX 1.6: the same bytes for the same lock."""

import json
import uuid
from collections.abc import Mapping
from pathlib import Path

from provisioning.release_lock import Pin
from tests.supply.closure import Found
from tests.supply.licences import LICENCES

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "rollbook")


class SupplyError(Exception):
    """Say what is not in the lock or has no licence, so that no bill leaves anything out."""


def bill(version: str, needs: Found, pins: Mapping[str, Pin]) -> str:
    """Return the bill of Rollbook `version` as JSON; raises SupplyError for what is not locked."""
    names = sorted(needs.needs)
    unknown = [name for name in names if name not in pins or not pins[name].digests] + sorted(needs.absent)
    unread = [name for name in names if name not in LICENCES]
    if unknown or unread:
        msg = f"not in the lock with digests: {unknown}; of unread licence: {unread}"
        raise SupplyError(msg)
    ours = f"pkg:pypi/rollbook@{version}"
    components = [_component(name, pins[name]) for name in names]
    direct = [name for name in names if not any(name in others for others in needs.needs.values())]
    tree = [{"ref": ours, "dependsOn": [_ref(name, pins) for name in direct]}]
    tree += [
        {"ref": _ref(name, pins), "dependsOn": [_ref(each, pins) for each in sorted(needs.needs[name])]}
        for name in names
    ]
    serial = uuid.uuid5(_NAMESPACE, json.dumps([version, components, tree]))
    whole = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application", "bom-ref": ours, "name": "rollbook", "version": version, "purl": ours,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            }
        },
        "components": components,
        "dependencies": tree,
    }  # fmt: skip
    return json.dumps(whole, indent=1) + "\n"


def write(path: Path, text: str) -> None:
    """Write a bill whole."""
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _component(name: str, pin: Pin) -> dict[str, object]:
    ref = f"pkg:pypi/{name}@{pin.version}"
    return {
        "type": "library",
        "bom-ref": ref,
        "name": name,
        "version": pin.version,
        "purl": ref,
        "licenses": [_licence(LICENCES[name])],
        # Each is of one file of the release: a wheel for one machine, or its source.
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in sorted(pin.digests)],
    }


def _licence(expression: str) -> dict[str, object]:
    return {"expression": expression} if " " in expression else {"license": {"id": expression}}


def _ref(name: str, pins: Mapping[str, Pin]) -> str:
    return f"pkg:pypi/{name}@{pins[name].version}"
