"""Identity: how somebody proves who they are: password, one-time code, passkey, the city's own identity service."""
