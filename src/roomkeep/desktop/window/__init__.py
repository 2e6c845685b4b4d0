"""The windows: the built site in Qt's browser engine, and the one bridge from it to the data."""
