"""Importers of data sets that the user has, one file a source."""
