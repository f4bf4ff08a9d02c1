"""Short histories of a station whose storage is copied, put back or lost."""

from __future__ import annotations

from tests.fakes.trial import Trial
from tests.fakes.trials import Story


def both_copies_tap(trial: Trial) -> None:
    trial.tap(count=2)
    trial.sync()
    trial.clone()
    trial.tap(0, 2)
    trial.tap(1, 3)
    trial.sync(0)


def both_copies_tap_and_the_shorter_comes_second(trial: Trial) -> None:
    trial.sync()
    trial.clone()
    trial.tap(0, 6)
    trial.tap(1, 1)
    trial.sync(0)


def a_copy_is_idle(trial: Trial) -> None:
    trial.tap(count=2)
    trial.sync()
    trial.clone()


def two_copies_are_made_at_once(trial: Trial) -> None:
    trial.tap(count=2)
    trial.sync()
    trial.clone()
    trial.clone()
    for which in range(3):
        trial.tap(which)
        trial.sync(which)


def an_old_image_is_put_back(trial: Trial) -> None:
    trial.sync()
    trial.image()
    trial.tap(count=5)
    trial.sync()
    trial.put_back()


def an_old_image_is_put_back_and_grows(trial: Trial) -> None:
    an_old_image_is_put_back(trial)
    trial.tap(count=30)


def an_old_image_is_put_back_and_grows_to_less(trial: Trial) -> None:
    trial.sync()
    trial.image()
    trial.tap(count=30)
    trial.sync()
    trial.put_back()
    trial.tap(count=3)


def an_image_holds_a_request_on_its_way(trial: Trial) -> None:
    trial.sync()
    trial.tap(count=2)
    trial.talk(fault="lost answer")
    trial.image()
    trial.tap(count=3)
    trial.sync()
    trial.put_back()
    trial.tap(count=1)


def an_old_journal_is_put_beside_a_newer_memory(trial: Trial) -> None:
    trial.sync()
    trial.image()
    trial.tap(count=5)
    trial.sync()
    trial.put_back(keeps_memory=True)
    trial.tap(count=2)


def the_agent_loses_its_memory(trial: Trial) -> None:
    trial.tap(count=4)
    trial.sync()
    trial.tap(count=2)
    trial.forget()
    trial.tap()


def central_loses_what_a_parted_epoch_had_in_common(trial: Trial) -> None:
    """The one board that would send it again is overwritten; the other has carried only the rest."""
    trial.sync()
    trial.back_up()
    trial.tap(count=6)
    trial.sync()
    trial.clone()
    trial.sync(0)
    trial.tap(1, 4)
    trial.sync(1)
    trial.image(1)
    trial.put_back(0)
    trial.sync(0)
    trial.restore()


def an_image_is_put_back_before_a_restore(trial: Trial) -> None:
    trial.sync()
    trial.back_up()
    trial.image()
    trial.tap(count=3)
    trial.sync()
    trial.put_back()
    trial.tap(count=6)
    trial.restore()


def both_copies_tap_before_a_restore(trial: Trial) -> None:
    trial.sync()
    trial.back_up()
    trial.clone()
    trial.tap(0, 3)
    trial.tap(1, 6)
    trial.restore()
    trial.sync(0)
    trial.restore()


def a_copy_talks_before_its_station_runs(trial: Trial) -> None:
    """Nothing distinguishes the two journals yet, and nothing is new in either."""
    trial.tap(count=2)
    trial.sync()
    trial.clone(early_turns=2)
    trial.talk(0)
    assert trial.alarms() == ["clone"], "two copies share an epoch and nobody knows"


def an_old_image_talks_before_its_station_runs(trial: Trial) -> None:
    trial.sync()
    trial.image()
    trial.tap(count=5)
    trial.sync()
    trial.put_back(early_turns=2)


def the_same_while_a_backup_is_put_back(trial: Trial) -> None:
    """A restored central takes the ratchet on trust."""
    trial.sync()
    trial.image()
    trial.tap(count=5)
    trial.sync()
    trial.back_up()
    trial.restore()
    trial.put_back(early_turns=3)


def an_old_journal_grows_to_the_length_its_newer_memory_knows(trial: Trial) -> None:
    trial.sync()
    trial.image()
    trial.tap(count=9)
    trial.sync()
    copy = trial.pick(0)
    reached = copy.program.memory.peer(copy.epochs()[-1]).acked.seq
    trial.put_back(keeps_memory=True)
    trial.tap(count=reached - copy.station.station.journal.head.seq)
    trial.talk()
    trial.talk()


def an_old_journal_is_put_in_while_a_poll_is_on_its_way(trial: Trial) -> None:
    """The poll is refused as a clone's: what it said of the journal is not what the journal holds."""
    trial.sync()
    trial.image()
    trial.tap(count=9)
    trial.sync()
    trial.back_up()
    trial.talk()
    trial.talk(fault="lost request")
    trial.restore(is_told=False)
    trial.put_back(keeps_memory=True)
    trial.tap(count=20)


def a_longer_copy_reaches_a_restored_central_first(trial: Trial) -> None:
    trial.sync()
    trial.clone()
    trial.tap(0, 3)
    trial.sync(0)
    trial.back_up()
    trial.tap(1, 30)
    trial.restore()
    trial.sync(1)


def a_central_goes_back_to_what_another_copy_told_it(trial: Trial) -> None:
    """Both copies came equally far in one epoch, each in another life of the store."""
    trial.sync()
    trial.clone()
    trial.back_up()
    trial.tap(0, 2)
    trial.sync(0)
    trial.back_up()
    trial.restore(0)
    trial.tap(1, 2)
    trial.sync(1)
    trial.restore(1)
    trial.tap(1)
    trial.sync(1)


STORIES: tuple[Story, ...] = (
    both_copies_tap,
    both_copies_tap_and_the_shorter_comes_second,
    a_copy_is_idle,
    two_copies_are_made_at_once,
    an_old_image_is_put_back,
    an_old_image_is_put_back_and_grows,
    an_old_image_is_put_back_and_grows_to_less,
    an_image_holds_a_request_on_its_way,
    an_old_journal_is_put_beside_a_newer_memory,
    the_agent_loses_its_memory,
    central_loses_what_a_parted_epoch_had_in_common,
    an_image_is_put_back_before_a_restore,
    both_copies_tap_before_a_restore,
    a_copy_talks_before_its_station_runs,
    an_old_image_talks_before_its_station_runs,
    the_same_while_a_backup_is_put_back,
    an_old_journal_grows_to_the_length_its_newer_memory_knows,
    an_old_journal_is_put_in_while_a_poll_is_on_its_way,
    a_longer_copy_reaches_a_restored_central_first,
    a_central_goes_back_to_what_another_copy_told_it,
)
