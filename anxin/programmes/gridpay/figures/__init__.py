"""What pay reads: the journal of a month, the formula in force, statements for the screens."""
