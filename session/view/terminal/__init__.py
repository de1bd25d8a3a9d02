"""Live terminal view: a full screen, drawn from captions, with keys."""
