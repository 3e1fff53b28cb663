"""`make publishes`: replies sent while everything goes wrong; the platforms' books tell what arrived."""
