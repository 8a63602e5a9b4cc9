"""Text messages: through the gateway of the city, over signed HTTP."""
