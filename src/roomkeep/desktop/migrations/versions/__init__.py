"""The steps, in the order of their numbers. One that was shipped never changes."""
