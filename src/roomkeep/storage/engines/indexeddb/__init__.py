"""The engine on IndexedDB: the browser's, or the one in memory."""
