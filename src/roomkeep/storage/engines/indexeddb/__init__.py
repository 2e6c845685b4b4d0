"""The engine on the browser's IndexedDB. It can be imported in a browser only."""
