"""What `cuecard bench` can be told, one file for each kind of measurement; the work is done elsewhere."""
