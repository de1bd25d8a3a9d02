"""Options of `cuecard bench`, one file per kind of measurement; the work is done elsewhere."""
