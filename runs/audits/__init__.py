"""One module for each kind of data that `audit` knows."""
