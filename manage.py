#!/usr/bin/env python
"""Django's usual entry; the same program as `rathausplatz`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "platform"))

from rathausplatz.cli import main

if __name__ == "__main__":
    main()
