"""Echo cancellation: removes from a microphone what the loudspeakers play."""
