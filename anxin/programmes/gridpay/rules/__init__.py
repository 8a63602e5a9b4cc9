"""The rules of floating pay: who may do what, what is refused, the formula itself."""
