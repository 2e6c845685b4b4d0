"""IndexedDB in memory, in pure Python: a kernel with the functions of the browser's."""
