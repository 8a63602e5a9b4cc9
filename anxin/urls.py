"""The doors: the kernel's own, then those of the programmes and channels."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from anxin.kernel import registry

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/administration/", include("anxin.web.administration.urls")),
    path("desk/identity/", include("anxin.web.identity.urls")),
    path("desk/", include("anxin.web.urls")),
    path("maps/", include("anxin.maps.urls")),
    path("phone/", include("anxin.phone.urls")),
    path("", include("anxin.api.urls")),
    path("", include("anxin.public.urls")),
]
handler404 = "anxin.web.wrong.not_found"
for _channel in registry.channels().values():
    if _channel.urls:
        urlpatterns.append(path(_channel.at or f"channels/{_channel.code}/", include(_channel.urls)))
for _programme in registry.programmes():
    if _programme.urls:
        urlpatterns.append(path(f"{_programme.code}/", include(_programme.urls)))
