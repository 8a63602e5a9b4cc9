"""The phone: what grid workers, field teams and officers carry, with or without a network."""
