"""Settings of the portal. Everything that differs between deployments comes from the workspace or from the environment."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

HERE = Path(__file__).parent

WORKSPACE = Path(os.environ.get("KARVAN_WORKSPACE", ""))
if not os.environ.get("KARVAN_WORKSPACE"):
    raise ImproperlyConfigured("KARVAN_WORKSPACE must name the folder of a workspace; `karvan portal -w FOLDER` sets it.")
OWN_FOLDER = WORKSPACE / "portal"

SECRET_KEY = (OWN_FOLDER / "secret").read_text(encoding="ascii").strip()  # made on start, see server.py
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *filter(None, os.environ.get("KARVAN_PORTAL_HOSTS", "").split(","))]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "karvan_portal",
    "karvan_portal.accounts",
    "karvan_portal.home",
    "karvan_portal.statistics",
    "karvan_portal.data",
    "karvan_portal.linkage",
    "karvan_portal.profile",
    "karvan_portal.baseline",
    "karvan_portal.patterns",
]

MIDDLEWARE = [
    "karvan_portal.safety.headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "karvan_portal.safety.say_karvan_errors",
]

ROOT_URLCONF = "karvan_portal.urls"
WSGI_APPLICATION = "karvan_portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "karvan_portal.frame.frame",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "karvan_portal.templatetags.karvan"],
        },
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": OWN_FOLDER / "portal.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "pragma journal_mode=wal; pragma synchronous=normal; pragma mmap_size=134217728; pragma cache_size=-16000; pragma foreign_keys=on;",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "home:now"
LOGOUT_REDIRECT_URL = "accounts:sign_in"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "karvan_portal.frame.forbidden"
if os.environ.get("KARVAN_PORTAL_HTTPS"):
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("az", "az"), ("en", "en"), ("ru", "ru")]
LOCALE_PATHS = [HERE / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # served from the package itself; no collect step
WHITENOISE_MAX_AGE = 3600
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django.request": {"level": "ERROR"}},
}
