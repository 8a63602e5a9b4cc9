"""Tables of others read in, tables of our own given out: .xlsx and .csv."""
