"""One module for each kind of test set that `score` knows."""
