"""The core: what every operation means, whichever process and engine it runs in.

`schema` names the stores, `transaction` is the protocol that engines carry out, `operations` holds
the rules, one module a store, and `engines` the three engines: memory, IndexedDB and SQLite.
"""
