"""Search of messages: words, queries, and what matches. Pure."""
