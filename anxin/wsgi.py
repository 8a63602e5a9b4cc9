"""The WSGI application, served by granian."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxin.settings")
_pages = get_wsgi_application()

from anxin.api.reports import in_front_of  # noqa: E402 - Django must be ready first

application = in_front_of(_pages)
