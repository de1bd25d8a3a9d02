"""What `cuecard` can be told, one file for each kind of command; the work is done elsewhere."""
