"""Roomkeep's own tools: set-up, build, server and checks.

Run them as `python3 src/tools <command>`.
"""
