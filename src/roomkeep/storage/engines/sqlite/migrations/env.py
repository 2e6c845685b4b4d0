"""What Alembic runs: the missing migrations, on the connection that it was given."""

from alembic import context

# The connection is already in a transaction, and all migrations are part of it.
context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
