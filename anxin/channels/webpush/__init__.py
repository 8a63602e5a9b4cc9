"""Web push: to browsers and phones that have asked for it."""
