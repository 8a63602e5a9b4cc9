"""Questions without writes: the language of warning rules, what is usual, hot spots, platforms, scenarios of drills."""
