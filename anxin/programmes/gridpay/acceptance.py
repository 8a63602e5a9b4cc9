"""x."""

SCENARIOS = ()
