"""The only room that knows SQL: a protocol, named statements, and one thin adapter per database."""
