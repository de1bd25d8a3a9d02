"""Adapters of turn detectors: they print turn ends and no words."""
