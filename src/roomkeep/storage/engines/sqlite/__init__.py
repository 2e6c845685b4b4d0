"""The SQLite engine: normalised tables through SQLAlchemy, and files beside the database."""
