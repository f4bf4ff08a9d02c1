"""The command that makes QEMU a Raspberry Pi 3."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.pi.emulated.hardware import Hardware

PROGRAM: Final = "qemu-system-aarch64"
# To the station this machine is one more on the same cable; nothing else is on it, and no way leads on.
HOST: Final = "10.0.2.2"
_NET: Final = "net=10.0.2.0/24,host=10.0.2.9,dhcpstart=10.0.2.15,restrict=on"
CABLE: Final = "cable"
_HUB: Final = {"driver": "usb-hub", "port": "1", "id": "hub"}
# RPi.GPIO reaches for registers that Debian's kernel keeps to itself; Raspberry Pi's own lets it.
_OWN_WORDS: Final = "console=ttyS1,115200 iomem=relaxed quiet systemd.show_status=0"


@dataclass(frozen=True, slots=True)
class Wiring:
    """What is plugged into a board: its card, and the ports of this machine's loopback the cable leads to."""

    hardware: Hardware
    card: Path
    ports: frozenset[int] = frozenset()
    # Locally made up; the first bytes say Raspberry Pi, so that the kernel calls the cable eth0.
    address: str = "b8:27:eb:00:00:01"

    def plugged_in(self) -> Sequence[Mapping[str, str]]:
        """Return what QEMU's monitor plugs into a started board: a hub, and the cable into that."""
        cable = {"driver": "usb-net", "netdev": "net", "id": CABLE, "mac": self.address, "port": "1.1"}
        return _HUB, cable

    def command(self, wires: Mapping[str, int], said_to_kernel: str, *, has_hub: bool) -> list[str]:
        """Return the command for wires by name, each an open descriptor, and the words to the kernel."""
        hub = ",".join(f"{key}={value}" for key, value in _HUB.items()).removeprefix("driver=")
        return [
            # Whatever becomes of the tests, no board outlives them.
            *("setpriv", "--pdeathsig", "KILL"),
            *(PROGRAM, "-M", "raspi3b", "-accel", "tcg,thread=multi", "-display", "none", "-no-reboot"),
            *("-kernel", str(self.hardware.kernel), "-initrd", str(self.hardware.initramfs)),
            *("-dtb", str(self.hardware.tree), "-append", f"{said_to_kernel} {_OWN_WORDS}"),
            # Raw: other formats keep tables of their own in memory, which a cut would lose and no card has.
            *("-drive", f"if=sd,file={self.card},format=raw,cache=writeback"),
            *(word for name, wire in wires.items() for word in ("-chardev", f"socket,id={name},fd={wire}")),
            # The first serial line is the good one on the pins, the second the console.
            *(
                "-serial",
                "chardev:reader",
                "-serial",
                "chardev:console",
                "-mon",
                "chardev=monitor,mode=control",
            ),
            *("-object", "qtest,id=outside,chardev=pins,log=/dev/null"),
            *("-netdev", f"user,id=net,{_NET}" + "".join(_forward(port) for port in sorted(self.ports))),
            *(("-device", hub) if has_hub else ()),
        ]


def _forward(port: int) -> str:
    return f",guestfwd=tcp:{HOST}:{port}-cmd:busybox nc 127.0.0.1 {port}"
