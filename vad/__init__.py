"""Where someone speaks: a detector's probabilities, and the gate that makes spans of them."""
