"""E-mail: what staff asked to be told by mail."""
