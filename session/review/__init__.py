"""Shows a session after its end, and saves it only when the user says so."""
