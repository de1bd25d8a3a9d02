"""`cuecard doctor`: what a session needs, what is there, and the command that fixes what is not."""
