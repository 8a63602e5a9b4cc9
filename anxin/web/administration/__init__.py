"""Administration: areas, bodies, posts, people, kinds, clocks, calendars and templates, by those entitled."""
