"""How uniform a set is as a whole."""
