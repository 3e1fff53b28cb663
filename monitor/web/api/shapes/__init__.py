"""What the API says: the shapes of its answers, made from the objects of the domain."""
