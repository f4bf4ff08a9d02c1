"""The shipped artefacts on boards that are none: a container, an emulated Raspberry Pi, a disk that logs."""
