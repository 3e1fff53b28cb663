"""The managers' daily page: figures, words, rendering, delivery (docs/digest.md)."""
