"""Signs drawn for this project on a 24 × 24 grid, stroked with the colour of the text beside them."""

# ruff: noqa: E501 (drawings are one line each)
from __future__ import annotations

from types import MappingProxyType
from typing import Final

ICONS: Final = MappingProxyType(
    {
        "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5.5 5.5"/>',
        "download": '<path d="M12 3v12m-5-5 5 5 5-5M4 20h16"/>',
        "upload": '<path d="M12 16V4M7 9l5-5 5 5M4 20h16"/>',
        "check": '<path d="m4 12.5 5.5 5.5L20 6.5"/>',
        "close": '<path d="M5 5l14 14M19 5 5 19"/>',
        "warn": '<path d="M12 3 1.8 20.5h20.4zM12 10v4.5M12 17.4v.2"/>',
        "info": '<circle cx="12" cy="12" r="9.5"/><path d="M12 11v6M12 7.2v.2"/>',
        "arrow": '<path d="M4 12h16m-6-6 6 6-6 6"/>',
        "back": '<path d="M20 12H4m6-6-6 6 6 6"/>',
        "clock": '<circle cx="12" cy="12" r="9.5"/><path d="M12 6.5V12l4 2.5"/>',
        "document": '<path d="M6 2.5h8L19.5 8v13.5H6zM14 2.5V8h5.5M9 13h7M9 17h7"/>',
        "mail": '<path d="M2.5 5h19v14h-19zM3 6l9 7 9-7"/>',
        "phone": '<path d="M6 2.5 3 5c.5 8.5 7.5 15.5 16 16l2.5-3-5-4-3 2c-2-1-4-3-5-5l2-3z"/>',
        "pin": '<path d="M12 22c4-5 7-8.5 7-12.5a7 7 0 0 0-14 0C5 13.5 8 17 12 22z"/><circle cx="12" cy="9.5" r="2.3"/>',
        "print": '<path d="M7 8V3h10v5M7 17H3V8h18v9h-4M7 14h10v7H7z"/>',
        "user": '<circle cx="12" cy="8" r="4.5"/><path d="M3 21.5c1-5 5-7 9-7s8 2 9 7"/>',
        "plus": '<path d="M12 4v16M4 12h16"/>',
        "external": '<path d="M10 5H4v15h15v-6M14 3.5h6.5V10M20 4l-9 9"/>',
        "calendar": '<path d="M3.5 5h17v15.5h-17zM3.5 10h17M8 2.5V7M16 2.5V7"/>',
        "edit": '<path d="m4 20 1-5L16.5 3.5l4 4L9 19z"/>',
        "trash": '<path d="M4 6.5h16M9 6V3h6v3M6 6.5 7 21h10l1-14.5"/>',
        "shield": '<path d="M12 2.5 4 5.5v6c0 5 3.5 8.5 8 10 4.5-1.5 8-5 8-10v-6zM8.5 12l2.5 2.5 4.5-5"/>',
        "lock": '<path d="M5 11h14v10H5zM8 11V7a4 4 0 0 1 8 0v4"/>',
        "euro": '<path d="M19 5.5A8 8 0 0 0 7 12a8 8 0 0 0 12 6.5M3.5 10.5H14M3.5 13.5H13"/>',
        "idea": '<path d="M9 17.5c0-3-3-4-3-8a6 6 0 0 1 12 0c0 4-3 5-3 8zM9.5 21h5"/>',
        "people": '<circle cx="8.5" cy="8" r="3.5"/><path d="M2 20c.5-4 3-6 6.5-6s6 2 6.5 6M15.5 4.8a3.5 3.5 0 0 1 0 6.4M18 14.5c2.5.8 3.7 2.7 4 5.5"/>',
        "car": '<path d="M3 17v-5l2.5-6h13L21 12v5zM3 12h18M5 17v2.5M19 17v2.5M7 14.6v.1M17 14.6v.1"/>',
        "chat": '<path d="M3 4h18v13H10l-5 4v-4H3z"/>',
        "house": '<path d="M3 11.5 12 4l9 7.5M5.5 10v10.5h13V10M10 20v-6h4v6"/>',
        "settings": '<path d="M4 7h9M19 7h1M4 17h1M11 17h9"/><circle cx="16" cy="7" r="2.5"/><circle cx="8" cy="17" r="2.5"/>',
    }
)
