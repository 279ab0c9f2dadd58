"""Gives the studio's review page this deployment's models, engines and messages."""

from gateway import prepare
from insights.understanding.engine_swap import Engines
from insights.understanding.engine_tools import EngineTools
from insights.understanding.review import Review
from kit.database import Database
from kit.settings import Settings


def build_review(settings: Settings, database: Database) -> Review:
    """Return the review page's work on this deployment's models, engines and messages."""
    engines = Engines(settings.engines, secret=settings.engine_secret.get_secret_value())
    return Review(database, root=prepare.ROOT, tools=make_tools(settings), engines=engines)


def make_tools(settings: Settings) -> EngineTools:
    """Return the engine environment's programs."""
    return EngineTools(prepare.ROOT / "bot", settings.encoder_dir)
