"""The city's own identity service (OpenID Connect): somebody signs in there and comes back."""
