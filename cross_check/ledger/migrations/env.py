"""How Alembic reaches the ledger: through the connection that ``engines.migrate`` hands over."""

from alembic import context

from cross_check.ledger.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
