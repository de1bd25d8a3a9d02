"""Commands of `cuecard`, one file for each group; other rooms do the work."""
