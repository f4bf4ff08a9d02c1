"""A station's board as a machine in a container: its own systemd and file system, this system's kernel."""
