"""The writes of the room: roster, rules and warnings, drills, screens. None of them touches a matter or an order."""
