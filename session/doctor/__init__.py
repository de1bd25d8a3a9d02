"""`cuecard doctor`: checks what a session needs, with a fix command for what is missing."""
