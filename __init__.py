"""corpusmith: build, audit and filter LLM training and test data."""

__version__ = "0.1.0"
