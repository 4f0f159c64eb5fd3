"""Settings, one module per concern. Everything that differs between installations comes from the environment."""

from rathausplatz.settings.accounts import *
from rathausplatz.settings.apps import *
from rathausplatz.settings.base import *
from rathausplatz.settings.caches import *
from rathausplatz.settings.database import *
from rathausplatz.settings.documents import *
from rathausplatz.settings.domains import *
from rathausplatz.settings.editorial import *
from rathausplatz.settings.files import *
from rathausplatz.settings.language import *
from rathausplatz.settings.logging import *
from rathausplatz.settings.mail import *
from rathausplatz.settings.metrics import *
from rathausplatz.settings.security import *
from rathausplatz.settings.uploads import *
from rathausplatz.settings.web import *
from rathausplatz.settings.worker import *
