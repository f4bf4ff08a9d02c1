"""A change to the protocol must kill its mutants again: a rule left out is found out by what goes wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pytest

from station.errors import StationError
from tests.fakes import trials
from tests.fakes import trials_of_copies as copied
from tests.fakes.mutants import MUTANTS, without
from tests.fakes.trial import Trial
from tests.fakes.trials import Story
from tests.sync_agent.test_model import Disaster, run

STORIES = (*trials.STORIES, *copied.STORIES)

COMPARE = "central compares nothing with what it holds"
APPEND = "central appends what does not continue its chain"
HEAD = "central does not look at the journal's head"
ROLLBACK = "central does not mind a journal that ends before what it holds"
RATCHET = "central takes any ratchet token"
REPLAY = "central forgets which requests it has answered"
LIFE = "a restored central says that it lives on"
COMMIT = "central answers before the commit"
CLAIM = "central acknowledges what was claimed, not what was kept"
REGISTER = "central registers an epoch as often as it is asked"
GAP = "the agent does not go back where central has less"
DELETE = "the station deletes what was acknowledged"
HASH = "the agent does not compare central's hash with its own"
ANEW = "the agent makes each request anew"
UNACKED = "a new epoch carries only what was once missing"
NOTHING = "a new epoch carries nothing"
VERDICT = "the agent does not heed a fork, rollback or clone"
NUMBERED = "an epoch is numbered after the one before"
MEMORY = "the agent does not hold its journal against its own memory"
OLDER = "the agent takes the answer to an older request"

KILLED_BY: dict[str, Story] = {
    COMPARE: copied.a_longer_copy_reaches_a_restored_central_first,
    APPEND: copied.a_central_goes_back_to_what_another_copy_told_it,
    RATCHET: copied.a_copy_talks_before_its_station_runs,
    REPLAY: trials.old_requests_come_again,
    LIFE: trials.a_backup_is_put_back_that_lacks_only_the_last_token,
    COMMIT: trials.central_crashes,
    CLAIM: trials.batches_are_small,
    REGISTER: trials.the_answer_to_a_registration_is_lost,
    GAP: trials.an_old_backup_is_put_back,
    DELETE: trials.an_old_backup_is_put_back,
    ANEW: trials.answers_are_lost,
    UNACKED: copied.central_loses_what_a_parted_epoch_had_in_common,
    NOTHING: copied.both_copies_tap,
    VERDICT: copied.both_copies_tap,
    NUMBERED: copied.two_copies_are_made_at_once,
    MEMORY: copied.an_old_journal_is_put_beside_a_newer_memory,
    OLDER: trials.an_old_answer_comes_instead_of_the_true_one,
}


class Covered(NamedTuple):
    """A rule whose loss alone does no harm, those that cover it, and a history that fails without all."""

    rule: str
    by: Sequence[str]
    story: Story


COVERED = (
    # A journal as long as the receipt says, and of another hash, is found by the agent's own memory first.
    Covered(HEAD, [MEMORY], copied.an_old_journal_grows_to_the_length_its_newer_memory_knows),
    # A shorter journal shows an old token, is told a hash beyond its end, and contradicts that receipt later.
    Covered(ROLLBACK, [RATCHET, HASH, MEMORY], copied.an_old_image_talks_before_its_station_runs),
    # Where the ratchet is taken on trust, the other two are what is left.
    Covered(ROLLBACK, [HASH, MEMORY], copied.the_same_while_a_backup_is_put_back),
    # An honest central that compares never acknowledges what the journal does not hold.
    Covered(HASH, [ROLLBACK, RATCHET, MEMORY], copied.an_old_image_talks_before_its_station_runs),
)

COMBINATIONS: dict[str, tuple[Sequence[str], Story]] = {
    "neither ratchet nor chain": ([RATCHET, APPEND], copied.a_central_goes_back_to_what_another_copy_told_it),
    "insert or ignore, and the highest cursor": (
        [RATCHET, COMPARE, HEAD, ROLLBACK, HASH],
        copied.an_old_image_is_put_back_and_grows,
    ),
    "neither ratchet nor comparison": ([RATCHET, COMPARE], copied.an_old_image_is_put_back_and_grows),
    "neither comparison nor chain": (
        [COMPARE, APPEND],
        copied.a_longer_copy_reaches_a_restored_central_first,
    ),
    "nobody minds a shorter journal": (
        [ROLLBACK, RATCHET, HASH, MEMORY],
        copied.an_old_image_talks_before_its_station_runs,
    ),
    "nobody knows a request again": ([REPLAY, ANEW], trials.answers_are_lost),
}


TOO_RARE = {APPEND, RATCHET, LIFE, MEMORY, UNACKED}
"""Rules whose loss shows in so few random histories that only the one written for it is asked."""


def goes_well(story: Story, *rules: str) -> bool:
    """Say whether a history ends with everything in its place although these rules are left out."""
    trial = Trial()
    try:
        with without(*rules):
            story(trial)
            trial.settle()
    except AssertionError:
        return False
    finally:
        trial.close()
    return True


def test_each_mutant_is_killed_by_a_history_or_covered_by_another_rule() -> None:
    assert set(MUTANTS) == {*KILLED_BY, *(covered.rule for covered in COVERED)}
    assert {*KILLED_BY.values(), *(covered.story for covered in COVERED)} <= set(STORIES)


@pytest.mark.fault("Q1")
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_every_history_ends_well_while_both_ends_keep_all_rules(story: Story) -> None:
    assert goes_well(story)


@pytest.mark.fault("Q1")
@pytest.mark.parametrize("rule", KILLED_BY)
def test_a_rule_left_out_is_found_out(rule: str) -> None:
    assert not goes_well(KILLED_BY[rule], rule)


@pytest.mark.fault("Q1")
@pytest.mark.parametrize("covered", COVERED, ids=lambda covered: covered.rule)
def test_a_rule_whose_loss_does_no_harm_is_the_last_one_to_hold_without_those_that_cover_it(
    covered: Covered,
) -> None:
    assert goes_well(covered.story, covered.rule)
    assert goes_well(covered.story, *covered.by)
    assert not goes_well(covered.story, covered.rule, *covered.by)


@pytest.mark.fault("Q1")
@pytest.mark.parametrize("which", COMBINATIONS)
def test_several_rules_left_out_together_are_found_out(which: str) -> None:
    rules, story = COMBINATIONS[which]
    assert not goes_well(story, *rules)


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("rule", sorted(KILLED_BY.keys() - TOO_RARE))
def test_random_histories_find_out_a_rule_left_out(rule: str) -> None:
    with without(rule), pytest.raises((AssertionError, StationError)):
        run(Disaster, 500)
