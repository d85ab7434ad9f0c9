"""What is known of English here: tokens and their parts of speech, opposites, polarity, inflection."""
