"""Where this installation lives and what it calls itself."""

from __future__ import annotations

import secrets
from pathlib import Path

import environ

from rathausplatz.cli import data_dir

env = environ.Env()
BASE_DIR = Path(__file__).parents[3]
DATA_DIR = data_dir()
RELEASE = "2026.11.2"
DEMO = env.bool("RATHAUSPLATZ_DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)


def kept_secret(name: str) -> str:
    """A secret made once and kept in the data directory, readable by its owner only."""
    path = DATA_DIR / name
    if not path.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


def demo_port() -> int:
    """The port of the demo that uses this data directory, so that other commands name its addresses; 0 without one."""
    path = DATA_DIR / "demo_port"
    return int(path.read_text()) if path.exists() else 0


SECRET_KEY = env.str("SECRET_KEY", default="") or kept_secret("secret_key")
BASE_DOMAIN = env.str("BASE_DOMAIN", default="localhost")
CONSOLE_HOST = env.str("CONSOLE_HOST", default=f"console.{BASE_DOMAIN}")
PUBLIC_PORT = env.int("PUBLIC_PORT", default=demo_port())
PUBLIC_SCHEME = env.str("PUBLIC_SCHEME", default="http" if BASE_DOMAIN == "localhost" else "https")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
