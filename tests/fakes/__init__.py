"""Small, honest servers that speak the platforms' wire formats, with faults on demand.

Run one by hand with ``python -m tests.fakes.x --port 8091 --posts posts.jsonl --faults faults.json``.
"""
