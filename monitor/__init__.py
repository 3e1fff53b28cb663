"""Press Zero: finds public complaints, drafts replies, and posts only what a person approved."""

__version__ = "0.1.0"
