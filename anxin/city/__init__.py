"""The demo city: places, bodies, posts, the named cast and messages of Jiaxing, as data and plain Python."""
