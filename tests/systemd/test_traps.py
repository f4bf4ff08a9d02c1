"""What the libraries need of the kernel that a unit could take from them, tried in processes that lack it."""

import ctypes.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN): what MemoryDenyWriteExecute= stands for on newer kernels.
DENIED = """
import ctypes, mmap, sys
if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0):
    sys.exit(77)
try:
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    sys.exit("memory that can be written and run was given")
except PermissionError:
    pass
assert ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 7)() == 7
"""
WORK = {
    "station": "import station.run, nfc, nfc.clf.transport, serial, sqlite3; sqlite3.connect(':memory:')",
    "sync": "import sync_agent.run, sync_agent.keygen; from sync_agent.signing import SigningKey; "
    "SigningKey.from_hex('5e' * 32)",
    "central": "import central.settings, uvicorn, allauth; "
    "from cryptography.hazmat.primitives.asymmetric import rsa; rsa.generate_private_key(65537, 2048)",
}
BEGIN_LIBUSB = "import ctypes; print(ctypes.CDLL('libusb-1.0.so.0').libusb_init(None))"


@pytest.mark.parametrize("name", WORK)
def test_the_libraries_work_where_no_memory_can_be_written_and_run(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DENIED + WORK[name]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode == 77:
        pytest.skip("this kernel is older than 6.3")
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(
    not (shutil.which("strace") and ctypes.util.find_library("usb-1.0")),
    reason="needs strace and libusb: apt install strace libusb-1.0-0",
)
def test_libusb_does_not_begin_without_a_netlink_socket() -> None:
    refused = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "inject=socket:error=EAFNOSUPPORT"]
    command = [sys.executable, "-c", BEGIN_LIBUSB]
    begun, failed = (
        subprocess.run([*before, *command], capture_output=True, text=True, check=True).stdout.strip()
        for before in ([], refused)
    )
    assert begun == "0"
    assert failed != "0"
