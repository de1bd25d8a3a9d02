"""Open utterances and the turns that they form: what a speaker is saying, and when it ends."""
