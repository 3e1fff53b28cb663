"""What things are: frozen dataclasses, state machines, errors. No I/O, no clock, no configuration.

The vocabulary is the one of docs/words.md; every other room imports from here and nothing here
imports from them.
"""
