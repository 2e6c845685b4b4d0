"""Alembic's migrations of an account's database."""
