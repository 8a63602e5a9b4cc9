"""A subscriber that prints each event once: ANXIN_SECRET=whsec_... python subscriber.py (behind https of your own)."""

import os
from http.server import BaseHTTPRequestHandler, HTTPServer

from anxin_client import BadSignature, read_event

SEEN: set[str] = set()


class Handler(BaseHTTPRequestHandler):
    """Takes events in."""

    def do_POST(self) -> None:
        """One event."""
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        try:
            event = read_event(os.environ["ANXIN_SECRET"], dict(self.headers.items()), body)
        except BadSignature:
            self.send_response(401)
        else:
            if event.id not in SEEN:
                SEEN.add(event.id)
                print(event.at, event.type, event.data["matter"])
            self.send_response(204)
        self.end_headers()


HTTPServer(("127.0.0.1", 8300), Handler).serve_forever()
