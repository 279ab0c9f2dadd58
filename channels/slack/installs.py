"""The workspaces that installed us by OAuth: kept with their tokens sealed. Used by install, oauth.

Commits, because a token that Slack gave us once must not depend on anything else.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Delete, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from channels.base import BusyError, RetryLaterError
from channels.slack.models import SlackInstall, SlackOauthState
from channels.slack.workspaces import Workspace
from kit.clock import utc_now
from kit.database import Database
from kit.ids import hash_token, new_token
from kit.log import get_logger
from kit.sealing import Sealer, SealError

_log = get_logger(__name__)

STATE_LIVES = timedelta(minutes=10)
# Nobody needs to prove anything to begin; so many at once are no workspaces any more.
MOST_UNDER_WAY = 1000
# Another process may have heard of a removal; its token is dead at Slack at once anyway.
_KEPT_S = 30.0


class Installs:
    """Reads and writes installations; a workspace found is remembered for half a minute."""

    def __init__(
        self, database: Database, sealer: Sealer, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self._known: dict[str, tuple[float, Workspace]] = {}

    async def find(self, team: str) -> Workspace | None:
        """Return the workspace if it installed us.

        Errors: RetryLaterError when its token cannot be opened, which a wrong key says of all.
        """
        known = self._known.get(team)
        if known is not None and known[0] > self._clock():
            return known[1]
        async with self._database.session() as session:
            row = await session.get(SlackInstall, team)
        if row is None:  # not remembered: it may be installed in the next moment
            return None
        found = self._open(row)
        self._known[team] = (self._clock() + _KEPT_S, found)
        return found

    def doubt(self, team: str) -> None:
        """Look the workspace up anew: another process may have a newer token."""
        self._known.pop(team, None)

    async def keep(
        self, *, team: str, name: str | None, bot_user: str, token: str, scopes: str
    ) -> None:
        """Keep an installation; installing again replaces the token."""
        values = {
            "name": name,
            "bot_user": bot_user,
            "sealed_token": self._sealer.seal(token),
            "scopes": scopes,
            "installed_at": utc_now(),
        }
        kept = insert(SlackInstall).values(team=team, **values)
        async with self._database.session() as session:
            await session.execute(
                kept.on_conflict_do_update(index_elements=[SlackInstall.team], set_=values)
            )
            await session.commit()
        self._known.pop(team, None)

    async def forget(self, team: str, *, at: datetime) -> None:
        """Delete the workspace's token and all we know of its installation.

        Slack repeats what it tells for minutes: an installation since `at` is another one.
        """
        gone = delete(SlackInstall).where(
            SlackInstall.team == team, SlackInstall.installed_at <= at
        )
        async with self._database.session() as session:
            await session.execute(gone)
            await session.commit()
        self._known.pop(team, None)

    async def renew_seals(self) -> None:
        """Seal every token with the newest key, so that an old one can be taken away."""
        async with self._database.session() as session:
            rows = (await session.execute(select(SlackInstall).with_for_update())).scalars()
            for row in rows:
                try:
                    row.sealed_token = self._sealer.renew(row.sealed_token)
                except SealError:
                    _log.error("slack.token_cannot_be_opened")
            await session.commit()

    async def begin(self, now: datetime) -> str:
        """Return what Slack must bring back from the installation that begins now.

        Errors: BusyError when so many are under way that no more are remembered.
        """
        state = new_token()
        under_way = select(func.count()).select_from(SlackOauthState).scalar_subquery()
        room = select(literal(hash_token(state)), literal(now + STATE_LIVES)).where(
            under_way < MOST_UNDER_WAY
        )
        begun = insert(SlackOauthState).from_select(["state_hash", "expires_at"], room)
        async with self._database.session() as session:
            await session.execute(_forget_expired(now))
            kept = await session.execute(begun.returning(SlackOauthState.state_hash))
            has_room = kept.scalar_one_or_none() is not None
            await session.commit()
        if not has_room:
            _log.warning("slack.too_many_installations_under_way")
            raise BusyError(
                "Too many installations are under way.",
                retry_after=int(STATE_LIVES.total_seconds()),
            )
        return state

    async def finish(self, state: str, now: datetime) -> bool:
        """Say whether an installation with this state is under way; it is over with that."""
        taken = (
            delete(SlackOauthState)
            .where(SlackOauthState.state_hash == hash_token(state))
            .returning(SlackOauthState.expires_at)
        )
        async with self._database.session() as session:
            expires_at = (await session.execute(taken)).scalar_one_or_none()
            await session.execute(_forget_expired(now))
            await session.commit()
        return expires_at is not None and expires_at > now

    def _open(self, row: SlackInstall) -> Workspace:
        try:
            return Workspace(row.team, row.bot_user, self._sealer.open(row.sealed_token))
        except SealError as error:
            _log.error("slack.token_cannot_be_opened")
            raise RetryLaterError("A workspace's token cannot be opened.") from error


def _forget_expired(now: datetime) -> Delete:
    return delete(SlackOauthState).where(SlackOauthState.expires_at <= now)
