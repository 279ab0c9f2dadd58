"""`carehouse staff`: what employees can do and may give, and which teams there are."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from handoff.workforce import staff
from handoff.workforce.staff import Abilities, TeamHours
from kit.clock import utc_now
from kit.database import Database
from kit.money import read_cents
from kit.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Employees' skills and limits, and teams.")

_Result = TypeVar("_Result")
_Listed = Annotated[str | None, typer.Option(help="Comma-separated; empty: all.")]


@app.command("list")
def show() -> None:
    """List teams and employees."""
    for line in _run(staff.describe):
        typer.echo(line)


@app.command("set")
def equip(
    login: str,
    skills: _Listed = None,
    languages: _Listed = None,
    capacity: Annotated[int | None, typer.Option(help="Cases at a time.")] = None,
    team: Annotated[str | None, typer.Option(help="The team's key.")] = None,
) -> None:
    """Change what an employee is given cases for."""
    abilities = Abilities(_split(skills), _split(languages), capacity, team)
    _run(lambda session: staff.equip(session, login, abilities))
    typer.echo(f"{login} is changed.")


@app.command("limit")
def limit(
    login: str,
    amount: Annotated[str, typer.Argument(help="Such as 75 or 12.50.")],
    days: Annotated[int, typer.Option(help="Within so many days, per customer.")] = 90,
) -> None:
    """Say how much an employee may give one customer without asking."""
    cents = read_cents(amount)
    _run(
        lambda session: staff.limit_goodwill(session, login, cents=cents, days=days, now=utc_now())
    )
    typer.echo(f"{login} may give {amount} per customer within {days} days.")


@app.command("team")
def keep_team(
    key: str,
    *,
    name: Annotated[str, typer.Option(help="What colleagues read.")],
    skills: Annotated[str, typer.Option(help="Comma-separated: the cases that come here.")],
    hours: Annotated[str, typer.Option(help="As OPENING_HOURS; empty: at any time.")] = "",
    zone: Annotated[str, typer.Option(help="As OPENING_TIME_ZONE.")] = "UTC",
    holidays: Annotated[str, typer.Option(help="As OPENING_HOLIDAYS.")] = "",
) -> None:
    """Add or change a team."""
    team = TeamHours(name, hours, zone, holidays, _split(skills) or [])
    _run(lambda session: staff.keep_team(session, key, team))
    typer.echo(f"Team {key} is kept.")


def _split(listed: str | None) -> list[str] | None:
    if listed is None:
        return None
    return [part.strip() for part in listed.split(",") if part.strip()]


def _run(work: Callable[[AsyncSession], Awaitable[_Result]]) -> _Result:
    async def run() -> _Result:
        database = Database(Settings().database_url.get_secret_value(), pool_size=1)
        try:
            async with database.session() as session:
                result = await work(session)
                await session.commit()
            return result
        finally:
            await database.close()

    return asyncio.run(run())
