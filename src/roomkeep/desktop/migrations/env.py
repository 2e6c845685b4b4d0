"""What Alembic runs: the steps that are missing, on the connection that it was given."""

from alembic import context

# The connection is in a transaction already; all steps, with SQLite's own, are part of it.
context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
