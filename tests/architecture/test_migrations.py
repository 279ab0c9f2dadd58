"""The migrations make exactly the schema that the models describe, from one head."""

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

import channels.slack.models
import channels.telegram.models
import channels.web.models
import crm.care.models
import crm.files.models
import crm.linking.models
import crm.models
import crm.threads.models
import handoff.authority.models
import handoff.models
import handoff.promises.models
import handoff.sla.models
import handoff.workforce.models
import insights.content.models
import insights.understanding.models
import knowledge_base.models
import knowledge_base.traces
from gateway.migrate import MIGRATIONS
from kit.database import Base, as_async_url

TABLES = (
    channels.slack.models,
    channels.telegram.models,
    channels.web.models,
    crm.care.models,
    crm.files.models,
    crm.linking.models,
    crm.models,
    crm.threads.models,
    handoff.authority.models,
    handoff.models,
    handoff.promises.models,
    handoff.sla.models,
    handoff.workforce.models,
    insights.content.models,
    insights.understanding.models,
    knowledge_base.models,
    knowledge_base.traces,
)


def test_there_is_one_head():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


def test_migrated_database_equals_the_models(database_url):
    with create_engine(as_async_url(database_url)).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
