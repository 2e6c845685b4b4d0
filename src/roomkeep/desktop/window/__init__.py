"""The windows: the built site in Qt's browser engine, and its only bridge to the data."""
