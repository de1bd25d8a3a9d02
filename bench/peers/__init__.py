"""Other live transcribers, measured on the same stream and the same weights as Cuecard."""
