"""The shell of the phone: one page without anything personal, its worker and its manifest.

The page is the same for everybody, so the phone may keep it and start without a network; all data come through the
doors and lie in the phone's own database.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from anxin.kernel.errors import NotReady

ENTRIES = ("anxin/phone/browser/phone.ts", "anxin/phone/browser/phone-style.scss")
WORKER = "worker-sw"
ICONS = ("icon-192.png", "icon-512.png", "icon-maskable-512.png")
POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; worker-src 'self'; manifest-src 'self'; connect-src 'self'"
)
MAY_USE = "camera=(self), microphone=(self), geolocation=(self)"
"""What only the phone asks the device for; every other page is refused camera and microphone."""


@require_safe
@cache_control(no_cache=True)
def page(request: HttpRequest) -> HttpResponse:
    """`/phone/`: the shell, signed in or not."""
    response = render(request, "phone/shell.html", {"entries": ENTRIES})
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Permissions-Policy"] = MAY_USE
    return response


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """`/phone/sw.js`: the worker with the list of what it keeps; another build or page gives it another version."""
    files, script = _parts(_manifest(), (settings.BUILT / ".vite" / "manifest.json").stat().st_mtime_ns)
    kept = [*files, *(static(f"phone/{name}") for name in ICONS[:1])]
    template = Path(__file__).parent / "templates" / "phone" / "shell.html"
    version = hashlib.sha256("\n".join([*kept, template.read_text("utf-8"), script]).encode()).hexdigest()[:12]
    told = json.dumps({"version": version, "page": "/phone/", "files": kept})
    response = HttpResponse(f"self.SHELL={told};\n{script}", content_type="text/javascript")
    response.headers["Service-Worker-Allowed"] = "/phone/"
    response.headers["Content-Security-Policy"] = POLICY
    return response


def _manifest() -> Path:
    found: Path = settings.BUILT / ".vite" / "manifest.json"
    if not found.exists():
        raise NotReady("npm run build")
    return found


@lru_cache(maxsize=2)
def _parts(manifest: Path, edition: int) -> tuple[list[str], str]:
    """The addresses of the built files the shell consists of, and the worker's script."""
    known: dict[str, Any] = json.loads(manifest.read_text("utf-8"))
    found: dict[str, None] = {}

    def add(name: str) -> None:
        chunk = known[name]
        for file in (chunk["file"], *chunk.get("css", ())):
            found[static(f"built/{file}")] = None
        for other in chunk.get("imports", ()):
            add(other)

    for entry in ENTRIES:
        add(entry)
    assets = known[ENTRIES[0]].get("assets", ())
    name = next((each for each in assets if Path(each).name.startswith(("sw-", WORKER))), None)
    if name is None:
        raise NotReady("npm run build")
    return list(found), (settings.BUILT / name).read_text("utf-8")


@require_safe
@cache_control(no_cache=True)
def manifest(request: HttpRequest) -> HttpResponse:
    """`/phone/manifest.webmanifest`: how it is called and looks when it is put on the first screen of the phone."""
    english = request.GET.get("lang") == "en"
    name, short = ("Anxin phone", "Anxin") if english else (f"安心·{settings.CITY_NAME} 移动端", "安心")
    said = {
        "id": "/phone/",
        "name": name,
        "short_name": short,
        "lang": "en" if english else "zh-Hans",
        "start_url": "/phone/",
        "scope": "/phone/",
        "display": "standalone",
        "orientation": "portrait",
        "background_color": "#f3f5f4",
        "theme_color": "#0b5d4e",
        "icons": [
            {
                "src": static(f"phone/{icon}"),
                "sizes": "192x192" if "192" in icon else "512x512",
                "type": "image/png",
                "purpose": "maskable" if "maskable" in icon else "any",
            }
            for icon in ICONS
        ],
        "shortcuts": [
            {"name": "Report" if english else "报事", "url": "/phone/#/report"},
            {"name": "To send" if english else "待发", "url": "/phone/#/outbox"},
        ],
    }
    return JsonResponse(said, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})
