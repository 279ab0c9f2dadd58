"""Alembic's environment: the URL comes from gateway.migrate or DATABASE_URL."""

import os

from alembic import context
from sqlalchemy import create_engine, pool, text

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
from kit.database import Base, as_async_url

# Every table must be known before the metadata is read.
TABLES = (
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

url = context.config.attributes.get("url") or as_async_url(os.environ["DATABASE_URL"])

with create_engine(url, poolclass=pool.NullPool).connect() as connection:
    # Several processes may start at once; one migrates, the others wait.
    connection.execute(text("SELECT pg_advisory_lock(4242)"))
    connection.execute(text("CREATE SCHEMA IF NOT EXISTS engine"))
    connection.commit()
    context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
