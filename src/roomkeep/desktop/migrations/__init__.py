"""How an account's database came to its tables: Alembic's scripts, one for each step."""
