"""The market's rules: limits of the ladder, numbers of the law as versioned norms, sorts of quarrel, the kind."""
