"""The settings of an installation: one file, values from the environment (or var/secrets, made at first start)."""

from __future__ import annotations

import base64
import json
import os
import secrets
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent


def env(name: str, default: str = "") -> str:
    """A value of the environment."""
    return os.environ.get(name, default)


def env_list(name: str, default: str = "") -> list[str]:
    """A comma-separated value of the environment."""
    return [part.strip() for part in env(name, default).split(",") if part.strip()]


VAR = Path(env("ANXIN_VAR", str(ROOT / "var")))


def secret(name: str, make: Any) -> str:
    """A secret from the environment, else from var/secrets (0600), made at the first start.

    It appears there whole: server and worker may start at the same moment, and both must read the same.
    """
    if value := env(name):
        return value
    place = VAR / "secrets" / name
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        own = place.with_name(f"{name}.{os.getpid()}")
        with open(os.open(own, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file:
            file.write(make())
        try:
            os.link(own, place)
        except FileExistsError:
            pass
        finally:
            own.unlink()
    return place.read_text().strip()


def push_key() -> str:
    """A key for web push (P-256, RFC 8292), as the bytes of its secret number in base64url."""
    from cryptography.hazmat.primitives.asymmetric import ec

    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).decode().rstrip("=")


def database(url: str) -> dict[str, Any]:
    """Django's database settings from a URL (postgresql://user:password@host:port/name?option=value)."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or query.pop("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or "") or query.pop("host", ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**query, "application_name": "anxin"},
    }


if not env("DATABASE_URL") and "anxin.embedded" not in sys.argv[0]:
    from anxin import embedded

    os.environ["DATABASE_URL"] = embedded.ensure(VAR)

DATABASES = {"default": database(env("DATABASE_URL"))}
SECRET_KEY = secret("ANXIN_SECRET_KEY", lambda: secrets.token_urlsafe(50))
PEOPLE_KEYS = [
    key.encode()
    for key in secret("ANXIN_PEOPLE_KEYS", lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()).split(
        ","
    )
]
PHONE_MARK_KEY = secret("ANXIN_PHONE_MARK_KEY", lambda: secrets.token_urlsafe(32))
CHANNEL_SECRETS: dict[str, str] = json.loads(
    secret(
        "ANXIN_CHANNEL_SECRETS",
        lambda: json.dumps(
            {
                name: "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
                for name in ("hotline", "police", "grid", "sms")
            }
        ),
    )
)
WEBHOOK_PLAIN_HOSTS = env_list("ANXIN_WEBHOOK_PLAIN_HOSTS")
"""Hosts inside the house that subscribers may be told at over http."""
OPEN311_KEYS: dict[str, str] = json.loads(
    secret("ANXIN_OPEN311_KEYS", lambda: json.dumps({"first": secrets.token_urlsafe(24)}))
)
"""Who may report through Open311: a name for each app, and its key (docs/howto/open-doors.md)."""
OPEN311_ID_KEY = secret("ANXIN_OPEN311_ID_KEY", lambda: secrets.token_urlsafe(32))
OPEN311_CONTACT = env("ANXIN_OPEN311_CONTACT", "12345")
JURISDICTION = env("ANXIN_JURISDICTION")
"""What GeoReport calls this city (a domain, as a rule); unset: the code of the city."""
CHANNEL_URLS: dict[str, str] = json.loads(env("ANXIN_CHANNEL_URLS", "{}"))

_mail = urlsplit(env("ANXIN_EMAIL_URL"))
EMAIL_HOST, EMAIL_PORT = _mail.hostname or "", _mail.port or (465 if _mail.scheme == "smtps" else 587)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
EMAIL_USE_SSL, EMAIL_USE_TLS = _mail.scheme == "smtps", _mail.scheme == "smtp" and bool(_mail.username)
DEFAULT_FROM_EMAIL = env("ANXIN_EMAIL_FROM", "anxin@localhost")
PUSH_KEY = secret("ANXIN_PUSH_KEY", push_key)
PUSH_HOSTS = env_list(
    "ANXIN_PUSH_HOSTS",
    "fcm.googleapis.com,push.services.mozilla.com,notify.windows.com,web.push.apple.com,push.apple.com",
)
"""Hosts of the push services of browsers' makers: nothing is pushed to others."""

DEBUG = env("ANXIN_DEBUG") == "1"
ALLOWED_HOSTS = env_list("ANXIN_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("ANXIN_ORIGINS")
HTTPS = env("ANXIN_HTTPS") == "1"
PROXIES = env_list("ANXIN_PROXIES")
"""Addresses of our own reverse proxies: only what they say of the asker's address is believed."""
DEMO = env("ANXIN_DEMO") == "1"
"""The demo city: the sign-in page shows the cast with their password."""
DEMO_PASSWORD = "anxin-demo-2026"

PROGRAMMES = env_list(
    "ANXIN_PROGRAMMES",
    "anxin.programmes.onekey,anxin.understanding,anxin.notifications,anxin.programmes.situation,"
    "anxin.programmes.mediation,anxin.programmes.apartments,anxin.programmes.committees,"
    "anxin.programmes.markets,anxin.programmes.sixsystems,anxin.programmes.gridpay",
)
CHANNELS = env_list(
    "ANXIN_CHANNELS",
    "anxin.channels.hotline,anxin.channels.police,anxin.channels.grid,anxin.channels.publicpost,anxin.channels.web,"
    "anxin.channels.email,anxin.channels.sms,anxin.channels.robot,anxin.channels.webpush,"
    "anxin.channels.open311,anxin.channels.webhooks",
)
IDLE_MINUTES = int(env("ANXIN_IDLE_MINUTES", "120"))
"""After so much quiet a stay at a desk ends; 0: only after a shift."""
SECOND_FACTOR = env_list("ANXIN_SECOND_FACTOR")
"""Roles of which a second proof is demanded (`*`: of everybody); none by default."""
PASSKEY_HOST = env("ANXIN_PASSKEY_HOST")
"""The name passkeys are bound to, when it is not the one in the address."""
OIDC = {
    "issuer": env("ANXIN_OIDC_ISSUER"),
    "client": env("ANXIN_OIDC_CLIENT"),
    "secret": env("ANXIN_OIDC_SECRET"),
    "title": env("ANXIN_OIDC_TITLE", "统一身份认证"),
    "back": env("ANXIN_OIDC_BACK"),
}
if not OIDC["issuer"]:
    OIDC = {}
"""The city's own identity service (docs/howto/sign-in.md); none by default."""
if OIDC:
    CHANNELS.append("anxin.channels.identity")
CITY_NAME = env("ANXIN_CITY", "嘉兴")
SITE_URL = env("ANXIN_URL", "http://127.0.0.1:8000").rstrip("/")
"""Where the house is reached from outside, for links in messages."""
BASEMAP = env("ANXIN_BASEMAP")
BASEMAP_DATUM = env("ANXIN_BASEMAP_DATUM", "wgs84")
BASEMAP_CREDIT = env("ANXIN_BASEMAP_CREDIT")
"""The map below our own areas, what it speaks and whose it is; none by default (docs/howto/base-map.md)."""
AROUND_SECONDS = int(env("ANXIN_AROUND_SECONDS", "120"))
"""How long a server process keeps what it shows of what is going on nearby (`/around`) before it looks again."""
FILES = VAR / "files"
KIND_THRESHOLD = float(env("ANXIN_KIND_THRESHOLD", "0")) or None
"""Probability below which no kind is suggested; unset: what the model in use proposes (`/desk/accuracy`)."""
DANGER = env("ANXIN_DANGER", "raise")
"""When danger is heard in a report: "raise" it to an emergency and call 110 in (R4), or only "show" it."""

INSTALLED_APPS = [
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_vite",
    "anxin.kernel",
    "anxin.maps",
    "anxin.web",
    "anxin.web.administration",
    "anxin.web.identity",
    "anxin.public",
    "anxin.phone",
    *PROGRAMMES,
    *(each for each in CHANNELS if each == "anxin.channels.webhooks"),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "anxin.web.compressed.Compressed",
    "anxin.web.headers.strict",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "anxin.web.session.signed_in",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "anxin.web.wrong.errors_in_words",
]
CSRF_FAILURE_VIEW = "anxin.web.wrong.no_token"
ROOT_URLCONF = "anxin.urls"
WSGI_APPLICATION = "anxin.wsgi.application"
AUTH_USER_MODEL = "kernel.Account"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "anxin.web.session.reader",
                "anxin.web.bell.unread",
            ]
        },
    }
]
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [ROOT / "anxin" / "locale", ROOT / "anxin" / "channels" / "locale", ROOT / "anxin" / "tables" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
BUILT = ROOT / "built"
"""What Vite makes of the browser's part (`run/_ready` has it built); `{% vite_asset %}` finds it by its manifest."""
STATICFILES_DIRS = [("built", BUILT)] if BUILT.exists() else []
DJANGO_VITE = {"default": {"manifest_path": BUILT / ".vite" / "manifest.json", "static_url_prefix": "built"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS: list[str] = ["templates.W003"]  # our tag stands before the library's on purpose

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "anxin.logs.JsonLine"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("ANXIN_LOG", "WARNING")},
}

RULES_FILE = env("ANXIN_RULES")
