"""The demo's accounts and the text that greets who started it."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "rathausplatz-demo"  # noqa: S105 -- printed on purpose; demo mode only
TOWNS = ("gera", "wurzen", "augustusburg")


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account; `group` None is a citizen."""

    role: str
    address: str
    name: str
    group: str | None


PORTAL_ACCOUNTS = (
    DemoAccount("Bürgerin", "buergerin@demo.example", "Marta Demo", None),
    DemoAccount("Sachbearbeitung", "sachbearbeitung@demo.example", "Jonas Beispiel", "clerk"),
    DemoAccount("Redaktion", "redaktion@demo.example", "Ida Muster", "editor"),
    DemoAccount("Verwaltung", "verwaltung@demo.example", "Karl Vorlage", "administrator"),
)
OPERATOR = DemoAccount("Betreiber", "betreiber@demo.example", "Bettina Betrieb", None)


def welcome(port: int, seconds: float) -> str:
    """What the demo prints when it is ready."""
    lines = ["", f"Rathausplatz läuft ({seconds:.1f} s). Strg-C beendet alles.", ""]
    lines += [f"  http://{town}.localhost:{port}" for town in TOWNS]
    lines += [f"  http://console.localhost:{port}   Konsole des Betreibers"]
    lines += [f"  http://localhost:{port}           öffentliche Seite des Betreibers", ""]
    lines += [f"Konten (Passwort für alle: {PASSWORD})", "  auf jedem Portal unter /konto/anmelden/:"]
    lines += [f"    {account.role:<16} {account.address}" for account in PORTAL_ACCOUNTS]
    lines += ["  auf der Konsole:", f"    {OPERATOR.role:<16} {OPERATOR.address}", ""]
    return "\n".join(lines) + "\n"
