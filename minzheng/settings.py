"""Settings: one file; what differs between machines comes from the environment (docs/deploy.md lists it)."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static

from minzheng import servers

ROOT = Path(__file__).resolve().parent.parent
env = environ.Env()

PRODUCTION = env.str("MINZHENG_ENV", default="local") == "production"
DEBUG = env.bool("DEBUG", default=False)
# Good for building images and nothing else; production refuses it.
DEMO_SECRET_KEY = "demo-only-not-for-production"

# --- Who we are ---

ROOMS = [
    *["core", "district", "registry", "casework", "benefits"],
    *["relief", "elderly", "marriage", "orgs", "grassroots"],
    *["payouts", "rechecks", "reports", "demo"],
]
INSTALLED_APPS = [
    *["unfold", "unfold.contrib.filters", "unfold.contrib.forms", "unfold.contrib.import_export"],
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    *["pgtrigger", "pghistory"],
    *["import_export", "rest_framework", "drf_spectacular", "drf_spectacular_sidecar"],
    *["django_htmx", "django_filters", "django_tables2", "axes"],
    *ROOMS,
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "district.middleware.OwnPasswordFirst",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "minzheng.urls"
WSGI_APPLICATION = "minzheng.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Language and time ---

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
LOCALE_PATHS = [ROOT / "minzheng" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "Y-m-d H:i"

# --- Servers ---

# The web, workers and commands run as the app role, which owns nothing; only migrations run as the owner.
AS_OWNER = env.str("MINZHENG_DB_ROLE", default="app") == "owner"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def _database() -> dict:
    if env.str("DATABASE_URL", default=""):
        owner_first = (
            "DATABASE_OWNER_URL" if AS_OWNER and env.str("DATABASE_OWNER_URL", default="") else "DATABASE_URL"
        )
        return env.db_url(owner_first)
    if PRODUCTION:
        raise ImproperlyConfigured("生产环境必须设置 DATABASE_URL（内置数据库只供演示和开发）。")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": str(servers.instance().sockets),
        "NAME": env.str("MINZHENG_DB_NAME", default=servers.DATABASE),
        "USER": servers.OWNER if AS_OWNER else servers.APP,
    }


DATABASES = {
    "default": {
        **_database(),
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,
    }
}


def _redis() -> tuple[str, str]:
    """The address for redis-py and the one for Celery, whose transport spells sockets differently."""
    url = env.str("REDIS_URL", default="")
    if url:
        return url, url
    if PRODUCTION:
        raise ImproperlyConfigured("生产环境必须设置 REDIS_URL（内置服务只供演示和开发）。")
    socket = servers.instance().valkey_socket
    number = env.int("MINZHENG_REDIS_DB", default=0)
    return f"unix://{socket}?db={number}", f"redis+socket://{socket}?virtual_host={number}"


REDIS_URL, CELERY_BROKER_URL = _redis()
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
    }
}

# A task of a worker that was killed is delivered again after 30 s (the default is an hour). A part that runs longer
# is claimed in the database, so a second delivery finds it taken.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 30,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "minzheng"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(servers.instance().data / "beat-schedule")

# --- Safety ---


def _secret_key() -> str:
    key = env.str("SECRET_KEY", default="")
    if not PRODUCTION:
        return key or servers.instance().secret_key()
    if DEBUG:
        raise ImproperlyConfigured("生产环境不能打开 DEBUG，请去掉环境变量 DEBUG。")
    if not key:
        raise ImproperlyConfigured("生产环境必须设置 SECRET_KEY（50 位以上的随机字符）。")
    if key == DEMO_SECRET_KEY or key.startswith("django-insecure") or len(key) < 50 or len(set(key)) < 10:
        raise ImproperlyConfigured(
            "生产环境不能使用演示密钥或过短的 SECRET_KEY，请换成 50 位以上的随机字符。"
        )
    return key


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]"])
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("生产环境必须设置 ALLOWED_HOSTS（访问本系统用的域名或地址，逗号分隔）。")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# An intranet without certificates sets MINZHENG_HTTPS=off; anything else gets secure cookies.
HTTPS = env.bool("MINZHENG_HTTPS", default=PRODUCTION)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 60 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

AUTH_USER_MODEL = "district.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
_VALIDATION = "django.contrib.auth.password_validation"
PASSWORD_HASHERS = ["district.hashers.PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "district.passwords.MixedCharactersValidator"},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {
        "NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name", "phone")},
    },
]
# Five wrong passwords lock the account at that address for a quarter of an hour, never the whole office behind it.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_LOCKOUT_CALLABLE = "district.login.locked_out"
# Logins are kept in the product's own trail (core.AccessLog).
AXES_DISABLE_ACCESS_LOG = True

# --- Pages ---

STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "static"]
STATIC_ROOT = ROOT / "staticfiles" if PRODUCTION else None
# In production files are collected, hashed and compressed once; on a developer's machine they are served as they lie.
_STATIC = (
    "whitenoise.storage.CompressedManifestStaticFilesStorage"
    if PRODUCTION
    else ("django.contrib.staticfiles.storage.StaticFilesStorage")
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC},
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG
DJANGO_TABLES2_TEMPLATE = "django_tables2/table.html"
IMPORT_EXPORT_USE_TRANSACTIONS = True
UNFOLD = {
    "SITE_TITLE": "民政业务系统",
    "SITE_HEADER": "民政业务系统",
    "SITE_SUBHEADER": "后台管理",
    "SITE_URL": "/",
    "SITE_SYMBOL": "home_work",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("minzheng/icon.svg")}
    ],
    "THEME": "light",
    "BORDER_RADIUS": "3px",
    "SHOW_BACK_BUTTON": True,
    "STYLES": [lambda request: static("minzheng/admin.css")],
    "SCRIPTS": [lambda request: static("minzheng/js/admin.js")],
    "SIDEBAR": {"show_search": True, "show_all_applications": False},
    # The blue of static/minzheng/app.css, from tint to top bar.
    "COLORS": {
        "primary": {
            "50": "#f2f6fb",
            "100": "#e7eff8",
            "200": "#c9dbee",
            "300": "#9db7d5",
            "400": "#6d93bf",
            "500": "#3d6ca3",
            "600": "#1b4b82",
            "700": "#173a63",
            "800": "#14325a",
            "900": "#102849",
            "950": "#0b1c34",
        },
        "font": {
            "subtle-light": "#5d6978",
            "subtle-dark": "var(--color-base-400)",
            "default-light": "#46525f",
            "default-dark": "var(--color-base-300)",
            "important-light": "#1a2330",
            "important-dark": "var(--color-base-100)",
        },
    },
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "core.api.RoomSchema",
    "EXCEPTION_HANDLER": "core.api.chinese_errors",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "民政业务系统",
    "DESCRIPTION": "只读接口，权限与网页相同：只看得到本人辖区和业务线内的数据，身份证号、账号一律掩码。",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Columns of one name with different choices, each under the name of its choices.
    "ENUM_NAME_OVERRIDES": {
        "AreaKindEnum": "district.models.AreaKind",
        "CaseStateEnum": "casework.models.CaseState",
        "DisabilityKindEnum": "registry.models.DisabilityKind",
        "PaymentKindEnum": "payouts.models.PaymentKind",
        "RunKindEnum": "payouts.models.RunKind",
        "RunStateEnum": "payouts.models.RunState",
    },
}

# --- Log ---

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="WARNING")},
    "loggers": {"django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False}},
}
