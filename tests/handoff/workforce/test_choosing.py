"""Who is given a case: the one who had it, who fits, who has least, who has rested."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.workforce.choosing import Candidate, Need, choose

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CARE = Need("care", "en")
MARA, JONAS, TEAM, OTHER_TEAM = (UUID(int=number) for number in range(1, 5))


def mara(load=0, capacity=3, idle=0, **more):
    return Candidate(MARA, load, capacity, NOW - idle * MINUTE, **more)


def jonas(load=0, capacity=3, idle=0, **more):
    return Candidate(JONAS, load, capacity, NOW - idle * MINUTE, **more)


@pytest.mark.parametrize(
    ("need", "people", "chosen"),
    [
        (CARE, [], None),
        (CARE, [mara(load=3)], None),
        (CARE, [mara(load=1), jonas()], JONAS),
        (CARE, [mara(idle=1), jonas(idle=9)], JONAS),
        (CARE, [mara(), jonas()], MARA),
        # the skill, the language, the team
        (CARE, [mara(skills=frozenset({"legal"})), jonas(load=2)], JONAS),
        (Need("care", "de"), [mara(languages=frozenset({"en"})), jonas(load=2)], JONAS),
        (Need("care", "en", TEAM), [mara(team_id=OTHER_TEAM), jonas(load=2, team_id=TEAM)], JONAS),
        # being understood matters more than the skill
        (
            Need("legal", "de"),
            [
                mara(skills=frozenset({"legal"}), languages=frozenset({"en"})),
                jonas(skills=frozenset({"care"}), languages=frozenset({"de"})),
            ],
            JONAS,
        ),
        # nobody here has it: somebody else helps
        (Need("legal", "en"), [mara(skills=frozenset({"care"}))], MARA),
        # the right one is busy: wait for them, but not until it is late
        (Need("legal", "en"), [mara(skills=frozenset({"care"})), jonas(load=3)], None),
        (Need("legal", "en", late=True), [mara(skills=frozenset({"care"})), jonas(load=3)], MARA),
        # who has had it gets it back
        (Need("care", "en", last_agent_id=MARA), [mara(load=2), jonas()], MARA),
        (Need("care", "en", last_agent_id=MARA), [mara(load=3), jonas()], JONAS),
    ],
)
def test_who_gets_it(need, people, chosen):
    assert choose(need, people, NOW) == chosen


HOSTILE = Need("care", "en", hostile=True)
WORN = NOW + MINUTE


@pytest.mark.parametrize(
    ("need", "people", "chosen"),
    [
        (HOSTILE, [mara(hostile=2), jonas(load=2, hostile=1)], JONAS),
        (HOSTILE, [mara(calm_until=WORN), jonas(load=2)], JONAS),
        (HOSTILE, [mara(calm_until=WORN)], None),
        (HOSTILE, [mara(calm_until=NOW)], MARA),
        (CARE, [mara(calm_until=WORN), jonas(load=2)], MARA),
        (Need("care", "en", hostile=True, late=True), [mara(calm_until=WORN)], MARA),
        (
            Need("care", "en", hostile=True, last_agent_id=MARA),
            [mara(calm_until=WORN), jonas()],
            JONAS,
        ),
    ],
)
def test_hostile_customers_are_spread_and_followed_by_rest(need, people, chosen):
    assert choose(need, people, NOW) == chosen


candidates = st.lists(
    st.builds(
        Candidate,
        st.integers(1, 9).map(lambda number: UUID(int=number)),
        st.integers(0, 4),
        st.integers(0, 4),
        st.integers(0, 90).map(lambda minutes: NOW - minutes * MINUTE),
        st.sampled_from((None, TEAM)),
        st.sampled_from((frozenset(), frozenset({"care"}), frozenset({"legal"}))),
        st.sampled_from((frozenset(), frozenset({"en"}), frozenset({"de"}))),
        st.integers(0, 3),
        st.sampled_from((None, NOW - MINUTE, NOW + MINUTE)),
    ),
    max_size=6,
    unique_by=lambda each: each.agent_id,
)
needs = st.builds(
    Need,
    st.sampled_from(("care", "legal")),
    st.sampled_from(("en", "de")),
    st.sampled_from((None, TEAM)),
    st.booleans(),
    st.booleans(),
    st.none() | st.integers(1, 9).map(lambda number: UUID(int=number)),
)


@given(needs, candidates, st.randoms(use_true_random=False))
def test_never_more_than_the_capacity_whatever_the_order(need, people, random):
    chosen = choose(need, people, NOW)
    load = {each.agent_id: each.capacity - each.load for each in people}
    assert chosen is None or load[chosen] > 0
    shuffled = list(people)
    random.shuffle(shuffled)
    assert choose(need, shuffled, NOW) == chosen


@given(needs, candidates)
def test_what_is_late_goes_to_somebody_if_anybody_is_free(need, people):
    late = Need(need.skill, need.language, need.team_id, need.hostile, True, need.last_agent_id)
    free = any(each.load < each.capacity for each in people)
    assert (choose(late, people, NOW) is not None) == free
