"""Runs schema steps on the connection that `licet.store.upgrade` passes in."""

from alembic import context

from licet.store.work_tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
