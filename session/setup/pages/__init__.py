"""Pages of the wizard, and the processes that test sound, models and keys for them."""
