"""What measures Roomkeep's speed, beside its peers.

Run them as `npm run bench:<name>` or `python3 benchmarks <name>`.
"""
