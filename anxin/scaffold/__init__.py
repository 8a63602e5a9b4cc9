"""The first files of a new programme: written once, then its author's own."""
