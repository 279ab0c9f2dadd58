"""What an employee does on the desk, each in one transaction. The session is checked every time."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from console.login.service import find_agent_by_session
from crm.linking.models import Verdict
from crm.linking.suggestions import decide
from crm.linking.undoing import undo
from handoff import passing, service
from handoff.authority import service as authority
from handoff.authority.service import Gift
from handoff.models import Agent, Handoff
from handoff.promises import service as promises
from handoff.promises.service import Pledge
from handoff.workforce import presence
from handoff.workforce.models import PresenceState
from insights.content import offers
from insights.content.offers import Offer
from kit.clock import utc_now
from kit.database import Database
from kit.errors import UnauthenticatedError

_Result = TypeVar("_Result")


class DeskActions:
    """Acts in the name of whoever the session belongs to.

    Errors of every action: UnauthenticatedError when the session is over, and those of
    handoff.service; their words may be shown.
    """

    def __init__(self, database: Database, token: str, *, holdout_share: float = 0.0) -> None:
        self._holdout_share = holdout_share
        self._database = database
        self._token = token

    async def claim(self, handoff_id: UUID) -> Handoff:
        """Take the case."""

        async def take(session: AsyncSession, agent: Agent) -> Handoff:
            await presence.come(session, agent.id, utc_now())
            return await service.claim(session, handoff_id, agent_id=agent.id, now=utc_now())

        return await self._act(take)

    async def pass_on(self, handoff_id: UUID, target: UUID | str, why: str) -> None:
        """Pass the case on to a colleague (their id) or to whoever has a skill (its name)."""

        async def give(session: AsyncSession, agent: Agent) -> None:
            now = utc_now()
            if isinstance(target, UUID):
                await passing.transfer_to_agent(
                    session, handoff_id, agent_id=agent.id, to_id=target, why=why, now=now
                )
            else:
                await passing.transfer_to_skill(
                    session, handoff_id, agent_id=agent.id, skill=target, why=why, now=now
                )

        await self._act(give)

    async def give_goodwill(self, handoff_id: UUID, gift: Gift) -> None:
        """Give the customer of one's own case something on the spot."""
        await self._act(
            lambda session, agent: authority.grant(
                session, handoff_id, gift, agent_id=agent.id, now=utc_now()
            )
        )

    async def ask_goodwill(self, handoff_id: UUID, gift: Gift) -> None:
        """Ask a lead for what is above one's limit."""
        await self._act(
            lambda session, agent: authority.ask(
                session, handoff_id, gift, agent_id=agent.id, now=utc_now()
            )
        )

    async def approve_goodwill(self, grant_id: UUID) -> None:
        """Say yes to a colleague's request."""
        await self._act(
            lambda session, agent: authority.approve(
                session, grant_id, decider_id=agent.id, now=utc_now()
            )
        )

    async def refuse_goodwill(self, grant_id: UUID, why: str) -> None:
        """Say no to a colleague's request."""
        await self._act(
            lambda session, agent: authority.refuse(
                session, grant_id, decider_id=agent.id, note=why, now=utc_now()
            )
        )

    async def withdraw_goodwill(self, grant_id: UUID) -> None:
        """Take one's own request back."""
        await self._act(
            lambda session, agent: authority.withdraw(
                session, grant_id, agent_id=agent.id, now=utc_now()
            )
        )

    async def come(self) -> None:
        """Open the desk."""
        await self._act(lambda session, agent: presence.come(session, agent.id, utc_now()))

    async def beat(self) -> None:
        """Tell that the desk is still open."""
        await self._act(lambda session, agent: presence.beat(session, agent.id, utc_now()))

    async def declare(self, state: PresenceState) -> None:
        """Say whether one is given cases."""
        await self._act(
            lambda session, agent: presence.declare(session, agent.id, state, utc_now())
        )

    async def reply(self, handoff_id: UUID, body: str, client_key: str) -> None:
        """Send words to the customer."""
        await self._act(
            lambda session, agent: service.reply(
                session, handoff_id, agent_id=agent.id, body=body, client_key=client_key
            )
        )

    async def add_note(self, conversation_id: UUID, body: str) -> None:
        """Write words that stay inside the company."""
        await self._act(
            lambda session, agent: service.add_note(
                session, conversation_id, agent_id=agent.id, body=body
            )
        )

    async def continue_privately(self, handoff_id: UUID) -> None:
        """Lead the customer from a public place to a private chat."""
        await self._act(
            lambda session, agent: service.continue_privately(
                session, handoff_id, agent_id=agent.id
            )
        )

    async def return_to_bot(self, handoff_id: UUID, outcome: str) -> None:
        """Give the conversation back to the assistant."""
        await self._act(
            lambda session, agent: service.return_to_bot(
                session, handoff_id, agent_id=agent.id, outcome=outcome
            )
        )

    async def resolve(self, handoff_id: UUID, outcome: str) -> None:
        """Close the case."""
        await self._act(
            lambda session, agent: service.resolve(
                session, handoff_id, agent_id=agent.id, outcome=outcome
            )
        )

    async def promise(self, handoff_id: UUID, pledge: Pledge) -> None:
        """Record what was promised to the customer."""
        await self._act(
            lambda session, agent: promises.promise(
                session, handoff_id, pledge, agent_id=agent.id, now=utc_now()
            )
        )

    async def keep_promise(self, promise_id: UUID) -> None:
        """Say that it was done."""
        await self._act(
            lambda session, agent: promises.keep(
                session, promise_id, agent_id=agent.id, now=utc_now()
            )
        )

    async def withdraw_promise(self, promise_id: UUID) -> None:
        """Say that it no longer holds."""
        await self._act(
            lambda session, agent: promises.withdraw(
                session, promise_id, agent_id=agent.id, now=utc_now()
            )
        )

    async def decide_same(self, customer_id: UUID, other_id: UUID, *, same: bool) -> None:
        """Say whether two customers are one; if so they are joined. Errors: ConflictError."""
        verdict = Verdict.ACCEPTED if same else Verdict.REJECTED
        await self._act(
            lambda session, agent: decide(
                session, customer_id, other_id, verdict=verdict, agent_id=agent.id, now=utc_now()
            )
        )

    async def part_again(self, merge_id: UUID) -> None:
        """Undo a merge exactly. Errors: ConflictError, NotFoundError."""
        await self._act(
            lambda session, agent: undo(
                session, merge_id, agent_id=agent.id, reason="Parted on the desk."
            )
        )

    async def choose_offer(self, customer_id: UUID) -> Offer | None:
        """Return what is worth offering the customer, and keep that it was named."""
        return await self._act(
            lambda session, _agent: offers.choose(
                session,
                customer_id,
                offers.Place.DESK,
                utc_now(),
                holdout_share=self._holdout_share,
            )
        )

    async def is_signed_in(self) -> bool:
        """Return whether the session still holds; using the desk keeps it alive."""
        async with self._database.session() as session:
            agent = await find_agent_by_session(session, self._token)
            await session.commit()
        return agent is not None

    async def _act(self, do: Callable[[AsyncSession, Agent], Awaitable[_Result]]) -> _Result:
        async with self._database.session() as session:
            agent = await find_agent_by_session(session, self._token)
            if agent is None:
                raise UnauthenticatedError("You have been signed out. Please sign in again.")
            result = await do(session, agent)
            await session.commit()
            return result
