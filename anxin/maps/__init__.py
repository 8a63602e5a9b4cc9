"""Maps: areas, matters and base maps for every page that shows a place."""
