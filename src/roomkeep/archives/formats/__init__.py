"""One importer for each format."""
