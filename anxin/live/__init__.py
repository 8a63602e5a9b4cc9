"""Live updates: what changes is pushed to the desks that see it, over one connection each."""
