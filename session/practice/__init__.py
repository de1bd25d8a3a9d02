"""Practice: asks questions, measures the answers, and requests feedback on them."""
