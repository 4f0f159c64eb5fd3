"""What people and their machines type that nobody meant to be typed, each by a name that a fault can be told with."""

from __future__ import annotations

import os

LONG = os.environ.get("FUZZ") == "long"

# cheap for code that has a maximum, dear for code that reads first; so small that no code is hurt by one of them
COSTLY = {
    "12,000 letters and a digit": "A" * 12_000 + "1",
    "a gap of 700 blanks": "Zone A: x\na" + " " * 700 + "!",
    "22 empty comments": "<!---->" * 22 + "x",
    "30,000 digits": "9" * 30_000,
    "20,000 dots": "a." * 20_000 + "de",
    "20,000 brackets": "(" * 10_000 + "[" * 10_000,
    "5,000 combining marks": "a" + "\u0301" * 5_000,
    "1,000 lines": "x: 1, 2\n" * 1_000,
    "50,000 umlauts": "ä" * 50_000,
}
ODD = {
    "nothing": "",
    "a blank": " ",
    "NUL": "a\x00b",
    "NUL in an address": "a\x00@example.de",
    "control characters": "".join(map(chr, range(1, 32))) + "\x7f\x85",
    "lone surrogate": "\ud800",
    "reversed surrogates": "x\udc00\ud800y",
    "noncharacter": "\uffff\U0010ffff",
    "zero width": "a\u200b\u200d\u2060\ufeffb",
    "right to left": "\u202eabc\u202c שלום مرحبا",
    "isolates": "\u2066\u2067\u2068a",
    "tags": "\U000e0041\U000e007f",
    "emoji": "👨‍👩‍👧‍👦🏳️‍🌈🇩🇪",
    "CJK and others": "漢字 Ελλάδα Қазақ ქართული አማርኛ",
    "ligatures": "ﬁﬂ ⅷ ① ℌ İıſß",
    "script": "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
    "template": "{{ 7*7 }}{% debug %}{# x #}${7*7}<%= 7 %>",
    "SQL": "' OR 1=1; --\"\\",
    "format": "%s%n%(x)s{0}{x.__class__}",
    "path": "../../../../etc/passwd",
    "header": "x\r\nX-Evil: 1\r\n\r\n<p>",
    "line separators": "a\u2028b\u2029c\u0085d",
    "address": "javascript:alert(1)//https://evil.example/@localhost:1",
    "foreign host": "https://[::1]:99999/..;/?#%zz",
    "31 February": "31.02.2024",
    "year 1": "1.1.0001",
    "year 0": "0000-00-00",
    "year 9999": "31.12.9999",
    "year 10000": "10000-01-01T25:61:61",
    "leap second": "2016-12-31T23:59:60Z",
    "1e309": "1e309",
    "NaN": "NaN",
    "Infinity": "-Infinity",
    "30 digits": "9" * 30,
    "beyond 64 bit": "9223372036854775808",
    "beyond 32 bit": "-2147483649",
    "Arabic digits": "٤٢",
    "superscript": "²³",
    "negative nothing": "-0",
    "hexadecimal": "0x1F",
    "decimals": "1,234.567,89",
    "fraction": "0.00000000000000000000000000001",
    "list": "[1, 2",
    "object": '{"__proto__": {"x": 1}, "x": null}',
    "pickle": "gASVBAAAAAAAAABLAS4=",
    "uuid": "00000000-0000-0000-0000-000000000000",
    "long word": "y" * 300,
    "7,000 letters": "y" * 7_000,
    "plate": "G-ÄÖ 99999H",
    "mail without end": "a@" + "b" * 250 + ".de",
    "mail with two": "a@b.de, c@d.de",
    "IDN": "ü@xn--zckzah.пример",
    "colour": "oklch(" + "1" * 300 + "%, url(x))",
    "True": "True",
}
NASTY = {**ODD, **COSTLY}


def lengths_around(maximum: int) -> dict[str, str]:
    """Texts just at and just over a maximum, in letters that take one, two and four bytes, and far over it."""
    return {
        f"{name} {count}": letter * count
        for name, letter in (("x", "x"), ("ä", "ä"), ("emoji", "😀"))
        for count in (maximum, maximum + 1)
    } | {f"x far over {maximum}": "x" * (maximum * 10 + 1_000)}


def portion(nasties: dict[str, str], begin: int, size: int) -> list[tuple[str, str]]:
    """Some of them, from `begin` on and around; all of them when the run is a long one."""
    named = list(nasties.items())
    if LONG:
        return named
    return [named[(begin + turn) % len(named)] for turn in range(min(size, len(named)))]
