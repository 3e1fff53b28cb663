"""The review inbox: where people read, edit, approve, reject and hand off. All changes go through stages."""
