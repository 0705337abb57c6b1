"""How Alembic reaches the store: on the connection that `watch.store.database` hands it."""

from alembic import context

from watch.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
