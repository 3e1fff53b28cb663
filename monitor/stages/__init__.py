"""What happens to a mention, one module per stage, in the order it happens.

A stage is a plain function of (store, collaborators, clock): it takes the work that waits for it,
does it, and commits once. Running it twice changes nothing the second time.
"""
