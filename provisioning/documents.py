"""Whether the boot documents of a bundle say only what we mean, and keep its secrets where they belong."""

import configparser
import re
from collections.abc import Iterator, Mapping

import yaml

from provisioning import allow_list
from provisioning.bundle import CONNECTION, NETWORK, PRIVATE, SCHOOL_KEY, TOKEN, WHEELS, WIRED_NETWORK

HEADER = "#cloud-config\n"
USER_DATA = "user-data"
_SHAPES = {
    USER_DATA: allow_list.USER_DATA,
    NETWORK: allow_list.NETWORK,
    WIRED_NETWORK: allow_list.WIRED_NETWORK,
    "meta-data": allow_list.META_DATA,
}
_LOOKS_SECRET = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{64}(?![0-9a-fA-F])")
_WIFI_KEY = re.compile(rb"(?:password: \"|psk=)([0-9a-f]{64})")


def of_cloud_init(files: Mapping[str, bytes]) -> Iterator[str]:
    """Yield what is wrong with the documents cloud-init will read."""
    for name, shape in _SHAPES.items():
        text = files.get(name, b"").decode(errors="replace")
        if name == USER_DATA and not text.startswith(HEADER):
            yield f"{name}: must begin with {HEADER.strip()}, or cloud-init ignores it"
        try:
            document = yaml.safe_load(text)
        except yaml.YAMLError as error:
            yield f"{name}: is not YAML ({' '.join(str(error).split())})"
            continue
        wrong = [*allow_list.objections(document, shape), *allow_list.missing(document, name)]
        yield from (f"{name}: {what}" for what in wrong)


def of_first_run(files: Mapping[str, bytes]) -> Iterator[str]:
    """Yield what is wrong with what a system without cloud-init is given."""
    if not files.get("firstrun.sh", b"").startswith(b"#!/bin/sh\n"):
        yield "firstrun.sh: is missing or no script; build the bundle again"
    if CONNECTION not in files:
        return
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    try:
        parser.read_string(files[CONNECTION].decode(errors="replace"))
    except configparser.Error as error:
        # Without the text of the error, which repeats the line and with it the key.
        yield f"{CONNECTION}: is no key file ({type(error).__name__})"
        return
    document = {section: dict(parser[section]) for section in parser.sections()}
    wrong = [
        *allow_list.objections(document, allow_list.CONNECTION),
        *allow_list.missing(document, CONNECTION),
    ]
    yield from (f"{CONNECTION}: {what}" for what in wrong)


def leaks(files: Mapping[str, bytes]) -> Iterator[str]:
    """Yield each file that holds a secret and is not meant to; no secret is ever repeated."""
    places = ", ".join(sorted(PRIVATE & files.keys()))
    for named, secret in _secrets(files):
        for path, content in files.items():
            if path not in PRIVATE and not path.startswith(WHEELS) and secret in content:
                yield f"{path}: holds {named}; secrets belong in {places} alone"
    for name in (USER_DATA, "firstrun.sh"):
        if _LOOKS_SECRET.search(files.get(name, b"").decode(errors="replace")):
            yield f"{name}: holds 64 hex digits; a key must never stand there, it stays on the card"


def _secrets(files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    for named, path in (("the school's key", SCHOOL_KEY), ("the enrolment token", TOKEN)):
        if secret := files.get(path, b"").strip():
            yield named, secret
    for path in (NETWORK, CONNECTION):
        for secret in _WIFI_KEY.findall(files.get(path, b"")):
            yield "the key of the wireless network", secret
