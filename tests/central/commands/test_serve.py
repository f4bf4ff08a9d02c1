"""The server says when it is ready, serves alone or as two processes, and ends cleanly and together."""

import json
import os
import select
import signal
import socket
import ssl
import subprocess
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from central.errors import UnavailableError
from central.serving.listening import listen
from tests.fakes.central_process import Installation

pytestmark = pytest.mark.journey
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def get(url: str) -> tuple[int, dict[str, str], str]:
    with _OPENER.open(url, timeout=30) as answer:
        return (
            answer.status,
            {name.lower(): value for name, value in answer.headers.items()},
            answer.read().decode(),
        )


def test_one_process_serves_stations_pages_and_static_files(installation: Installation) -> None:
    with installation.serve("--single", "--port", "0") as serving:
        url = serving.url()
        assert url.startswith("http://127.0.0.1:")
        assert any("PRACTICE" in line for line in serving.lines)
        assert get(f"{url}/healthz")[0] == 200
        beacon = json.loads(get(f"{url}/v1/time?nonce=AAAAAAAAAAAAAAAAAAAAAA")[2])
        assert {"note", "kid", "sig"} <= beacon.keys()
        status, headers, page = get(f"{url}/accounts/login/")
        assert status == 200
        assert "csrfmiddlewaretoken" in page
        assert "default-src" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "server" not in headers
        assert get(f"{url}/static/mfa/js/webauthn.js")[0] == 200
        second = installation.run("serve", "--single", "--port", "0")
        assert second.code == 69
        assert f"is served already by process {serving.process.pid}" in second.err
        assert serving.stop() == 0
    assert not [line for line in serving.errors if "Traceback" in line or "WARNING" in line]


def hear(manager: socket.socket, told: list[bytes]) -> None:
    """Note what a service says of itself until it says that it stops, or nothing for a minute."""
    with suppress(TimeoutError):
        while not told or told[-1] != b"STOPPING=1":
            told.append(manager.recv(100))


def test_two_processes_start_together_and_stop_together(installation: Installation, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(60)
        serving = installation.serve("--port", "0", "--station-port", "0")
        serving.environ = {"NOTIFY_SOCKET": str(tmp_path / "notify")}
        with serving:
            pages, stations = serving.url(), serving.url("hearing stations on ")
            # Heard as it is said: the socket holds ten signs of life, and then drops the last word.
            told: list[bytes] = []
            hearing = Thread(target=hear, args=(manager, told))
            hearing.start()
            assert get(f"{stations}/healthz")[0] == 200
            assert get(f"{pages}/accounts/login/")[0] == 200
            children = serving.children()
            assert len(children) == 2
            assert serving.stop() == 0
        hearing.join()
    assert (told[:2], told[-1]) == ([b"READY=1", b"WATCHDOG=1"], b"STOPPING=1")
    assert not any(Path(f"/proc/{child}").exists() for child in children)
    assert any("intake.stopped" in line for line in serving.errors)


def test_when_one_process_dies_the_other_ends_and_the_code_says_so(installation: Installation) -> None:
    with installation.serve("--port", "0", "--station-port", "0") as serving:
        serving.url("hearing stations on ")
        first, second = serving.children()
        os.kill(first, signal.SIGKILL)
        assert serving.wait() == 69
    assert not Path(f"/proc/{second}").exists()
    assert any("serve.child_ended" in line for line in serving.errors)


def test_children_end_when_their_parent_is_killed(installation: Installation) -> None:
    with installation.serve("--port", "0", "--station-port", "0") as serving:
        serving.url("hearing stations on ")
        handles = [os.pidfd_open(child) for child in serving.children()]
        serving.process.kill()
        for handle in handles:
            # A process handle can be read from when its process has ended.
            assert select.select([handle], [], [], 60)[0]
            os.close(handle)


def test_an_intake_held_elsewhere_is_one_clear_line(installation: Installation) -> None:
    holder = (
        "import fcntl, sys; file = open(sys.argv[1], 'w'); file.write('4711'); file.flush();"
        "fcntl.flock(file, fcntl.LOCK_EX); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(installation.data / "evidence.lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as held:
        assert held.stdout
        assert held.stdout.readline() == "held\n"
        ran = installation.run("serve", "--single", "--port", "0")
        held.communicate("")
    assert ran.code == 69
    assert "rollbook-central: " in ran.err
    assert "held by another intake (process 4711)" in ran.err
    assert "Traceback" not in ran.err


def test_pages_come_over_tls_where_a_certificate_is_configured(installation: Installation) -> None:
    config = installation.folder / "central.toml"
    config.write_text(config.read_text() + '[tls]\ncertificate = "cert.pem"\nkey = "key.pem"\n')
    make_certificate(installation.folder)
    with installation.serve("--single", "--port", "0") as serving:
        url = serving.url()
        assert url.startswith("https://127.0.0.1:")
        context = ssl.create_default_context(cafile=str(installation.folder / "cert.pem"))
        handler = urllib.request.HTTPSHandler(context=context)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), handler)
        with opener.open(f"{url}/healthz", timeout=30) as answer:
            assert answer.status == 200


def make_certificate(folder: Path) -> None:
    """Write a certificate for 127.0.0.1 that signs itself."""
    import ipaddress
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "central")])
    day = timedelta(days=1)
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now - day, now + day
        )
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, secret)
    (folder / "key.pem").write_bytes(private)


def test_a_taken_port_is_one_clear_error() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UnavailableError, match=f"cannot listen on 127.0.0.1 port {port}"):
            listen("127.0.0.1", port)


def test_only_the_configured_host_is_bound() -> None:
    with listen("127.0.0.1", 0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
    with pytest.raises(UnavailableError, match="configure another"):
        listen("192.0.2.1", 0)
