"""Settings. Everything that differs between installations comes from the environment (docs/operators.md)."""

import os
from datetime import timedelta
from pathlib import Path

import dj_database_url
from django.conf.global_settings import LANGUAGES as LANGUAGE_NAMES
from django.utils.csp import CSP

from yardstick import environment, schedule
from yardstick.embedded import paths

BASE_DIR = paths.FILES
STATE_DIR = paths.state_folder()

DEBUG = environment.boolean("YARDSTICK_DEBUG")
DATABASE_URL = environment.text("DATABASE_URL")
REDIS_URL = environment.text("REDIS_URL")
# Without a database of its own this is the embedded installation: its secret was made at its first start.
SECRET_KEY = environment.secret_key(
    environment.text("YARDSTICK_SECRET_KEY") or ("" if DATABASE_URL else paths.secret_key())
)
SECRET_KEY_FALLBACKS = environment.words("YARDSTICK_SECRET_KEY_FALLBACKS", default=[])
# The first one stands in links; under each of them people may sign in.
BASE_URLS = environment.addresses("YARDSTICK_BASE_URL", default="http://127.0.0.1:8000")
BASE_URL = BASE_URLS[0]
ALLOWED_HOSTS = environment.words("YARDSTICK_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = BASE_URLS

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "axes",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "accounts",
    "conversations",
    "raters",
    "judgments",
    "generation",
    "reports",
    "yardstick.project.apps.ProjectConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "accounts.storable_requests.StorableAddress",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "raters.languages.RaterLanguage",
    "axes.middleware.AxesMiddleware",
    "yardstick.project.unavailable.Unavailable",
]

ROOT_URLCONF = "yardstick.urls"
WSGI_APPLICATION = "yardstick.wsgi.application"

_LOADERS = ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["accounts.templatetags.components"],
            "loaders": [("django.template.loaders.cached.Loader", _LOADERS)],
        },
    }
]

DATABASES = {
    "default": dj_database_url.parse(
        DATABASE_URL or paths.database_url(), engine="yardstick.database", conn_max_age=0, conn_health_checks=True
    )
}
DATABASES["default"]["OPTIONS"] = {
    # A machine that is gone, rather than a server that refuses, is noticed in seconds too (the last three: TCP only).
    "connect_timeout": 3,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "tcp_user_timeout": 10_000,
    **DATABASES["default"].get("OPTIONS", {}),
    "pool": {
        "min_size": 1,
        "max_size": environment.integer("YARDSTICK_DATABASE_POOL", default=8, minimum=1, maximum=100),
        # A page is refused (503) rather than kept waiting; workers are more patient (yardstick/celery.py).
        "timeout": 2,
        # The pause between two attempts to connect doubles up to this: so long it may stay away when the database is back.
        "reconnect_timeout": 2,
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "conversations:study-list"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=10)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "accounts.views.sign_in.locked_out"
AXES_CLIENT_IP_CALLABLE = "accounts.limiting.client_address"
# Of django-allauth only the second factors are used; none of its addresses is included (accounts/factors.py).
MFA_ADAPTER = "accounts.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_USER_VERIFICATION = "required"

LANGUAGE_CODE = "en"
# Of raters' pages: raters/languages.py. A language stands here once its locale/ is complete: tests/raters/test_catalogues.py.
_RATERS_LANGUAGES = ("en", "ar", "de", "es", "fr", "hi", "ja", "ko", "pt", "ru", "zh-hans")
LANGUAGES = [(code, name) for code, name in LANGUAGE_NAMES if code in _RATERS_LANGUAGES]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if environment.boolean("YARDSTICK_MANIFEST")
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not environment.boolean("YARDSTICK_MANIFEST")
WHITENOISE_AUTOREFRESH = DEBUG
# Uploads and exports: never below a URL, every download passes a view that checks membership.
MEDIA_ROOT = Path(environment.text("YARDSTICK_FILES") or STATE_DIR / "files")
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# What the process that reads an imported dataset may take; it is started for each and shares nothing with the worker.
DATASET_MEMORY_BYTES = (
    environment.integer("YARDSTICK_DATASET_MEMORY_MEGABYTES", default=1024, minimum=512, maximum=1_000_000)
    * 1024
    * 1024
)
UPLOAD_MAX_BYTES = (
    environment.integer("YARDSTICK_UPLOAD_MAX_MEGABYTES", default=2048, minimum=1, maximum=100_000) * 1024 * 1024
)

SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "connect-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_ENGINE = "accounts.session_store"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(timedelta(days=30).total_seconds())
# Pages of a rater carry no token (they are byte-identical for both sides), so scripts read it from the cookie.
CSRF_COOKIE_HTTPONLY = False
CSRF_FAILURE_VIEW = "yardstick.project.views.csrf_failure"
_HTTPS = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_SECURE = _HTTPS
SECURE_SSL_REDIRECT = _HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_REDIRECT_EXEMPT = [r"^health/"]
BEHIND_PROXY = environment.boolean("YARDSTICK_BEHIND_PROXY")
TRUSTED_PROXIES = environment.proxies("YARDSTICK_TRUSTED_PROXIES")
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Crowd platforms. Without a secret no webhook is taken.
PROLIFIC_JWKS_URL = environment.text(
    "YARDSTICK_PROLIFIC_JWKS_URL", default="https://api.prolific.com/.well-known/study/jwks.json"
)
PROLIFIC_AUDIENCE = environment.text("YARDSTICK_PROLIFIC_AUDIENCE") or BASE_URL
PROLIFIC_WEBHOOK_SECRET = environment.text("YARDSTICK_PROLIFIC_WEBHOOK_SECRET")
PROLIFIC_API_URL = environment.text("YARDSTICK_PROLIFIC_API_URL", default="https://api.prolific.com")

# How many in how many seconds, by address (accounts/limiting); of the API after authentication by account.
LIMITS = {
    "sign_in": environment.limit("YARDSTICK_LIMIT_SIGN_IN", default="20/m"),
    "arrivals": environment.limit("YARDSTICK_LIMIT_ARRIVALS", default="120/m"),
    "enrolments": environment.limit("YARDSTICK_LIMIT_ENROLMENTS", default="30/5m"),
    "previews": environment.limit("YARDSTICK_LIMIT_PREVIEWS", default="60/m"),
    "api_strangers": environment.limit("YARDSTICK_LIMIT_API_STRANGERS", default="30/m"),
    "api": environment.limit("YARDSTICK_LIMIT_API", default="600/m"),
}
# How many raters of one address may hold their first page at once; 0: as many as like.
MOST_BEGINNERS = environment.integer("YARDSTICK_LIMIT_BEGINNERS", default=20, minimum=0, maximum=10_000)
# The same Valkey as the broker's; redis-py has another name for a socket than Celery.
VALKEY_URL = (REDIS_URL or paths.redis_url()).replace("redis+socket://", "unix://", 1)

CELERY_BROKER_URL = REDIS_URL or paths.redis_url()
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A web request must not hang when the broker is away: the sweeper finds what could not be announced.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 900, "socket_connect_timeout": 2, "socket_timeout": 30}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {"generation.produce_item": {"queue": "llm"}}
# A task that nobody took before its next turn is dropped.
CELERY_BEAT_SCHEDULE = {
    name: {"task": name, "schedule": float(seconds), "options": {"expires": seconds}}
    for name, seconds in schedule.SECONDS.items()
}
CELERY_TIMEZONE = "UTC"

LLM_BASE_URL = environment.text("YARDSTICK_LLM_BASE_URL") or paths.llm_base_url()
LLM_MODEL = environment.text("YARDSTICK_LLM_MODEL", default="smollm2-135m-instruct")
LLM_API_KEY = environment.text("YARDSTICK_LLM_API_KEY")
LLM_IS_EMBEDDED = not environment.text("YARDSTICK_LLM_BASE_URL")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    # Deny by default: a view that does not say which scope a method needs is refused.
    "DEFAULT_PERMISSION_CLASSES": ["accounts.permissions.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.throttling.PerUser"],
    "EXCEPTION_HANDLER": "accounts.errors.error_response",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["accounts.storable_requests.StorableJSON"],
    "DEFAULT_SCHEMA_CLASS": "accounts.schema.ScopedSchema",
    "DEFAULT_PAGINATION_CLASS": "accounts.paging.NewestFirst",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Yardstick API",
    "VERSION": "1",
    "DESCRIPTION": "Create studies, upload batches, open stages, follow progress and fetch exports.",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "StageNumberEnum": "conversations.enums.StageNumber",
        "StudyStateEnum": "conversations.enums.StudyState",
        "StageStateEnum": "conversations.enums.StageState",
        "BatchStateEnum": "conversations.enums.BatchState",
        "RunStateEnum": "generation.enums.RunState",
        "ExportStateEnum": "reports.enums.ExportState",
        "ReportStateEnum": "reports.enums.ReportState",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    # Of an outage yardstick.database tells beginning and end; the pool would tell each of a hundred attempts.
    "loggers": {"psycopg.pool": {"level": "ERROR"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("YARDSTICK_LOG_LEVEL", "INFO")},
}
