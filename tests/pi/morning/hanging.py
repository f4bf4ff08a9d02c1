"""A station that hangs: the watchdog ends it, its lamps go out, and the next one takes the next tap."""

from tests.pi.morning.scene import Scene

STATION = "rollbook-station"


def hang_and_recover(scene: Scene) -> None:
    """Stop the station's loop where it is, and wait until systemd has another one at work."""
    before = int(scene.reading(STATION, "NRestarts"))
    pid = scene.reading(STATION, "MainPID")
    scene.ask(f"kill -STOP {pid}")
    scene.until(lambda: int(scene.reading(STATION, "NRestarts")) > before, "the watchdog ending the station")
    scene.until(lambda: scene.reading(STATION, "ActiveState") == "active", "the station at work again")
    assert scene.reading(STATION, "MainPID") != pid
