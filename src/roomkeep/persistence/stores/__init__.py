"""The rules of each store, written once for every engine."""
