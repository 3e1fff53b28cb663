"""Reading: what a post is about, how urgent it is, and which words say so.

This package is light to import; spaCy is imported only when a reader is loaded.

- ``nlp.pipeline.load_reader()`` gives a `monitor.domain.reading.Reader`.
- ``nlp.corpus`` loads and checks the labelled posts (``python -m nlp.corpus``).
- ``nlp.train`` fits the weights from them (``python -m nlp.train``).
- ``nlp.evaluate`` measures a reader against labelled posts and writes the model card.

The annotation guide is ``nlp/data/GUIDE.md``; the rules are the TOML files under ``nlp/rules/``.
"""
