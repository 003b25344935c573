"""Simulations behind the figures that the documentation states; each is a command."""
