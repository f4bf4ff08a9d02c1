"""Speak to central's staff API in the name of a person, who signs in with password and one-time code."""

import argparse
import getpass
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import requests

from provisioning.errors import OfficeError

_LOGIN: Final = "/accounts/login/"
_CODE: Final = "/accounts/2fa/authenticate/"
_API: Final = "/api/v1"
_PATIENCE_S: Final = 30.0
_OK, _MADE, _FOUND = 200, 201, 302
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever signs in."""

    name: str
    password: str = field(repr=False)
    code: str = field(repr=False)


class Office:
    """Central's pages at one address; nothing can be changed before `sign_in`. Raises OfficeError."""

    def __init__(self, server: str, ca_file: Path | None = None) -> None:
        """Take an address like https://central.school.lan."""
        parts = urlsplit(server)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            msg = f"{server} is no address passwords may be sent to; give one that begins with https"
            raise OfficeError(msg)
        self._server = server.rstrip("/")
        self._session = requests.Session()
        if ca_file is not None:
            self._session.verify = str(ca_file)

    def sign_in(self, person: Person) -> None:
        """Sign in as a member of staff."""
        self._send("GET", _LOGIN)
        first = self._send("POST", _LOGIN, {"login": person.name, "password": person.password})
        if first.headers.get("Location") != _CODE:
            msg = f"{self._server} does not know this name with this password; type both again"
            raise OfficeError(msg)
        second = self._send("POST", _CODE, {"code": person.code})
        if second.status_code != _FOUND:
            msg = f"{self._server} does not take this one-time code; wait for the next one, each works once"
            raise OfficeError(msg)

    def change(self, route: str, wish: Mapping[str, object]) -> Mapping[str, object]:
        """Ask for a change and return central's answer."""
        answer = self._ask("POST", f"{_API}{route}", json=wish)
        try:
            told = answer.json()
        except ValueError:
            told = {}
        if answer.status_code not in {_OK, _MADE} or not isinstance(told, dict):
            why = told.get("detail") if isinstance(told, dict) else None
            msg = f"{self._server} answers {answer.status_code}: {why or 'nothing to be understood'}"
            raise OfficeError(msg)
        return told

    def _send(self, method: str, path: str, form: Mapping[str, str] | None = None) -> requests.Response:
        return self._ask(method, path, data=form)

    def _ask(
        self,
        method: str,
        path: str,
        data: Mapping[str, str] | None = None,
        json: Mapping[str, object] | None = None,
    ) -> requests.Response:
        # Its name depends on whether central is reached by https.
        token = next((cookie.value or "" for cookie in self._session.cookies if "csrf" in cookie.name), "")
        try:
            return self._session.request(
                method,
                self._server + path,
                data=data,
                json=json,
                headers={"Referer": f"{self._server}{path}", "X-CSRFToken": token},
                allow_redirects=False,
                timeout=_PATIENCE_S,
            )
        except requests.RequestException as error:
            msg = f"{self._server} does not answer ({type(error).__name__}); see address, network and server"
            raise OfficeError(msg) from error


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask where central is; who signs in is asked when it is time."""
    parser.add_argument("--server", required=True, metavar="URL", help="central, as staff type it")
    parser.add_argument("--ca-file", type=Path, metavar="FILE", help="who signed central's certificate")


def signed_in(
    options: argparse.Namespace,
    environ: Mapping[str, str] = os.environ,
    ask: Callable[[str], str] = input,
    ask_secret: Callable[[str], str] = getpass.getpass,
) -> Office:
    """Return the office, signed in by who the environment names or by who types.

    ROLLBOOK_USER, ROLLBOOK_PASSWORD and ROLLBOOK_CODE answer for who does not type.
    """
    office = Office(options.server, options.ca_file)
    office.sign_in(
        Person(
            environ.get("ROLLBOOK_USER") or ask("name: "),
            environ.get("ROLLBOOK_PASSWORD") or ask_secret("password: "),
            environ.get("ROLLBOOK_CODE") or ask_secret("one-time code: "),
        )
    )
    return office
