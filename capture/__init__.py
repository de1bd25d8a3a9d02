"""Sound in: a device, the computer's own sound, a file or standard input; one process a source."""
