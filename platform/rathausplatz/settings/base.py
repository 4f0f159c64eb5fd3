"""Where this installation lives and what it calls itself."""

from __future__ import annotations

import secrets
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from rathausplatz.cli import data_dir
from rathausplatz.whole_files import made_once

env = environ.Env()
BASE_DIR = Path(__file__).parents[3]
DATA_DIR = data_dir()
RELEASE = "2026.12.1"
DEMO = env.bool("RATHAUSPLATZ_DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)


def kept_secret(name: str) -> str:
    """A secret made once and kept in the data directory, readable by its owner only.

    An empty file, left by a crash or a full disk, is made again. Raises ImproperlyConfigured where that can't be.
    """
    path = DATA_DIR / name
    try:
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        return made_once(path, secrets.token_urlsafe(50))
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(
            f"{path} can be neither read nor made ({error}). Mend that, or set {name.upper()}."
        ) from error


def demo_port() -> int:
    """The port of the demo that uses this data directory, so that other commands name its addresses; 0 without one.

    What is no number (a crash or a full disk left it) is none: the next demo writes it again.
    """
    try:
        return int((DATA_DIR / "demo_port").read_text())
    except (OSError, ValueError):
        return 0


SECRET_KEY = env.str("SECRET_KEY", default="") or kept_secret("secret_key")
BASE_DOMAIN = env.str("BASE_DOMAIN", default="localhost")
CONSOLE_HOST = env.str("CONSOLE_HOST", default=f"console.{BASE_DOMAIN}")
PUBLIC_PORT = env.int("PUBLIC_PORT", default=demo_port())
PUBLIC_SCHEME = env.str("PUBLIC_SCHEME", default="http" if BASE_DOMAIN == "localhost" else "https")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
