"""Open utterances, the turns that they form, and when each ends."""
