"""Stations keep their lines: a new one for every question would cost more than the question."""

import resource

from central.config import CentralConfig
from central.intake.acks import POLL_S
from central.serving import listening
from central.serving.site import Life, Site


def test_a_line_outlasts_the_pause_between_two_polls_and_one_poll_that_was_missed() -> None:
    life = Life(lambda: None, lambda: True)
    site = Site(lambda: None, CentralConfig(), has_lifespan=False, life=life)
    assert site.config.timeout_keep_alive > 2 * POLL_S


def test_a_server_keeps_as_many_lines_as_the_machine_lets_it() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 256), hard))
    try:
        listening.allow_lines()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
