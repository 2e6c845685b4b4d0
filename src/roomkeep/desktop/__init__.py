"""The desktop: the main process, which keeps accounts in SQLite, and the window that asks it."""
