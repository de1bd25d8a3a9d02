"""Settings window, and the settings file that it and the wizard write."""
