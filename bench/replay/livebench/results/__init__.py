"""Files, tables and pages of results."""
