"""The two planes every stage stands on: audio in shared memory, events over ZeroMQ."""
