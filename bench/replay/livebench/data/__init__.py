"""Turns with labelled silences, and streams made of them."""
