"""Writers of messages to read elsewhere, one module for each format."""
