"""Short histories of a station that nobody copies, and of the line and the central it has."""

from __future__ import annotations

from collections.abc import Callable

from tests.fakes.trial import Trial

Story = Callable[[Trial], None]


def answers_are_lost(trial: Trial) -> None:
    for fault in ("none", "lost answer", "lost answer", "doubled", "none"):
        trial.tap(count=2)
        trial.look()
        trial.talk(fault=fault)


def an_old_answer_comes_instead_of_the_true_one(trial: Trial) -> None:
    """The token in it was used up; so it is with the answers of a network that keeps copies."""
    trial.sync()
    for _ in range(4):
        trial.talk()
    trial.talk(fault="old answer")
    trial.tap()


def the_answer_to_a_registration_is_lost(trial: Trial) -> None:
    trial.talk(fault="lost answer")


def batches_are_small(trial: Trial) -> None:
    trial.central.most = 2
    trial.sync()
    trial.tap(count=9)


def old_requests_come_again(trial: Trial) -> None:
    for _ in range(3):
        trial.tap()
        trial.sync()
    for which in range(len(trial.line.carried)):
        trial.come_late(which)


def central_crashes(trial: Trial) -> None:
    trial.tap(count=2)
    trial.sync()
    trial.central.crash()


def an_old_backup_is_put_back(trial: Trial) -> None:
    trial.sync()
    trial.back_up()
    trial.tap(count=5)
    trial.sync()
    trial.restore()


def a_backup_is_put_back_that_lacks_only_the_last_token(trial: Trial) -> None:
    trial.tap(count=2)
    trial.sync()
    trial.back_up()
    trial.talk()
    trial.restore()


def an_old_backup_is_put_back_behind_everybodys_back(trial: Trial) -> None:
    trial.sync()
    trial.back_up()
    trial.tap(count=5)
    trial.sync()
    trial.restore(is_told=False)


STORIES: tuple[Story, ...] = (
    answers_are_lost,
    an_old_answer_comes_instead_of_the_true_one,
    the_answer_to_a_registration_is_lost,
    batches_are_small,
    old_requests_come_again,
    central_crashes,
    an_old_backup_is_put_back,
    a_backup_is_put_back_that_lacks_only_the_last_token,
    an_old_backup_is_put_back_behind_everybodys_back,
)
