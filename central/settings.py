"""Django's settings, derived from central's one configuration file."""

import sys
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from central import oidc
from central.config import PostgresConfig, current

CONFIG = current()
BASE = Path(__file__).resolve().parent


def _secret() -> str:
    """Read the secret made by `rollbook-central init`; before that only commands that sign nothing run."""
    path = CONFIG.keys / "django.secret"
    return path.read_text(encoding="ascii").strip() if path.exists() else "not initialised, signs nothing"


SECRET_KEY = _secret()
DEBUG = False
ALLOWED_HOSTS = list(CONFIG.allowed_hosts)
ROOT_URLCONF = "central.web.urls"
USE_TZ = True
TIME_ZONE = CONFIG.time_zone
LANGUAGE_CODE = CONFIG.language
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
# One catalogue a part of the pages; no text stands in two of them.
LOCALE_PATHS = sorted((BASE / "web" / "locale").iterdir())
USE_I18N = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    # First, so that our pages stand in for those of the libraries below.
    "central.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "central.web.linked_accounts.LinkedAccountsConfig",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "central.store",
]
MIDDLEWARE = [
    # Before all others: what any of them answers bears these headers too.
    "central.web.headers.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "central.web.static_files.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "central.web.session_end.SessionEnd",
    "central.web.password_turns.PasswordTurns",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "central.web.not_ready.NotReady",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "central.web.context.school",
            ],
        },
    },
]
# As many as SQLite's `timeout` below: whoever waits longer is told that others keep the records busy.
_PATIENCE_S = 20
_IN_A_FILE: dict[str, Any] = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": str(CONFIG.records),
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": _PATIENCE_S,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    },
    "TEST": {"NAME": str(CONFIG.data / "test-records.sqlite"), "MIGRATE": False},
}


def _on_postgres(config: PostgresConfig) -> dict[str, Any]:
    from central.store import postgres  # its driver takes longer to load than some commands run

    told = postgres.told_whole(config, lock_timeout_s=_PATIENCE_S)
    return {
        "ENGINE": "central.store.one_writer",
        "NAME": told.pop("dbname"),
        "OPTIONS": told,
        "SCHOOL": config.school,
        "TEST": {"MIGRATE": False},
    }


DATABASES = {"default": _on_postgres(CONFIG.postgres) if CONFIG.postgres else _IN_A_FILE}

# Counts who tried to sign in how often: names that are made up must not push the counts of others out.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "central.work.logins.StudentPassword"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "central.web.accounts.StaffAccounts"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"username"}
# Of one address, behind which a whole school may be; and of one login, whoever asks.
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "30/m/ip,5/300s/key"}
MFA_ADAPTER = "central.web.accounts.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn"]
# A passkey is the second step: the device has seen its owner, not only a finger on it.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_FORMS = {
    "authenticate": "central.web.accounts.SignInCode",
    "authenticate_webauthn": "central.web.accounts.SignInPasskey",
    "reauthenticate": "central.web.accounts.SignInAgainCode",
}
MFA_TOTP_ISSUER = "Rollbook"
# A code typed as it expires is still good: one step of delay, as RFC 6238 section 5.2 allows.
MFA_TOTP_TOLERANCE = 1

# Signing in at the school's own provider: for people whose login is linked, and only where it is configured.
SOCIALACCOUNT_ADAPTER = "central.web.oidc.LinkedAccounts"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
# A link, since a form may be sent to nobody but this server.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_PROVIDERS = oidc.providers(CONFIG.oidc)

SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = CONFIG.public_url.startswith("https:")
CSRF_COOKIE_HTTPONLY = True
if SESSION_COOKIE_SECURE:
    # Browsers take these from this host alone, by TLS alone, for all of it.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [CONFIG.public_url]

# Static files are served out of the installed packages: nothing has to be collected.
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Test runs hash many passwords; only they may use a cheap hasher.
if "pytest" in sys.modules:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
