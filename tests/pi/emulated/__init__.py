"""A Raspberry Pi 3 that QEMU plays: its root file system, its card, its pins, its serial line, its plug."""
