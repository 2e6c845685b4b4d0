"""The migrations, in the order of their numbers. Once published, a migration never changes."""
