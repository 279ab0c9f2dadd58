"""What operators say about employees and teams, and what is refused."""

import pytest

from handoff.authority.queries import find_limit
from handoff.workforce import staff
from handoff.workforce.staff import Abilities, TeamHours
from handoff.workforce.teams import find_team, keep_default_team
from kit.clock import utc_now
from kit.errors import InvalidInputError, NotFoundError
from tests.handoff.scenes import add_agent

NIGHT = TeamHours("Night", "mon-sun 18:00-24:00", "Europe/Berlin", "12-25", ["care"])


async def test_everything_said_is_kept_and_told(session):
    await keep_default_team(session, hours="", zone="UTC", holidays="")
    await add_agent(session, "mara")
    await staff.keep_team(session, "night", NIGHT)
    await staff.equip(session, "mara", Abilities(["legal"], ["EN", "de"], 2, "night"))
    await staff.limit_goodwill(session, "mara", cents=7500, days=60, now=utc_now())
    team = await find_team(session, "care")
    assert team is not None
    assert team.key == "night"
    assert await staff.describe(session) == [
        "team care: at any time (UTC), skills: what no other team covers",
        "team night: mon-sun 18:00-24:00 (Europe/Berlin), skills: care",
        "mara (agent): team night, skills: legal, languages: en, de, 2 cases, 75.00 EUR in 60 days",
    ]


async def test_what_is_not_said_stays(session):
    agent = await add_agent(session, "mara", skills=["legal"], capacity=3)
    await staff.equip(session, "mara", Abilities(languages=["en"]))
    assert (agent.skills, agent.languages, agent.capacity) == (["legal"], ["en"], 3)


async def test_a_limit_is_changed_not_doubled(session):
    agent = await add_agent(session, "mara")
    for cents in (100, 200):
        await staff.limit_goodwill(session, "mara", cents=cents, days=1, now=utc_now())
    assert (await find_limit(session, agent.id)).amount_cents == 200


async def test_what_makes_no_sense_is_refused(session):
    await add_agent(session, "mara")
    for login, abilities in (
        ("nobody", Abilities()),
        ("mara", Abilities(team="moon")),
    ):
        with pytest.raises(NotFoundError):
            await staff.equip(session, login, abilities)
    with pytest.raises(InvalidInputError):
        await staff.equip(session, "mara", Abilities(capacity=-1))
    for cents, days in ((-1, 10), (100, 0)):
        with pytest.raises(InvalidInputError):
            await staff.limit_goodwill(session, "mara", cents=cents, days=days, now=utc_now())
    odd = TeamHours("Night", "whenever", "UTC", "", [])
    for key, team in (("care", NIGHT), ("night", odd), (" ", NIGHT)):
        with pytest.raises(InvalidInputError):
            await staff.keep_team(session, key, team)
