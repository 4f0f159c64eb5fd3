"""What one town's administrator and editor upload and type (H5), each again and again until the time is over."""

from __future__ import annotations

from infra.bench.attacks.strangers import Target, last_form
from infra.bench.browsing import Browser, signed_in
from tests.fuzz.files import Upload, png, svg_of_copies, woff2

BRAND, PERMIT = "/arbeitsplatz/marke/", "/arbeitsplatz/leistungen/bewohnerparkausweis/"


def comments(target: Target) -> None:
    """A logo of empty comments."""
    _brand(target, "logo", Upload("x.svg", "image/svg+xml", b"<!---->" * 24 + b"x"))


def fonts(target: Target) -> None:
    """A font of a few hundred bytes that unpacks to 200 MB."""
    _brand(target, "font", Upload("x.woff2", "font/woff2", woff2(200)))


def copies(target: Target) -> None:
    """A crest of copies of copies, and applications whose letters show it."""
    crest = Upload("x.svg", "image/svg+xml", svg_of_copies(4))
    _brand(target, "crest_upload", crest, times=1)
    while target.goes_on():
        browser = target.browser()
        form = last_form(target, browser, family_name="Wappen")
        if form is not None:
            target.answers[browser.submit(form, form.answers()).status] += 1


def zones(target: Target) -> None:
    """A list of zones with a long gap in a line."""
    browser = _employee(target, "verwaltung")
    text = "Zone A: x\na" + " " * 1_000 + "!"

    def act() -> None:
        form = browser.form(PERMIT, naming="zones")
        status = browser.submit(form, form.answers(zones=text)).status if form else 0
        target.answers[status] += 1

    target.at_once(1, act)


def pictures(target: Target) -> None:
    """A picture of 88 million dots in 80 kB, and the list that shows it."""
    browser = _employee(target, "redaktion")
    bomb = Upload("b.png", "image/png", png(9_400, 9_400))

    def act() -> None:
        form = browser.form("/redaktion/images/add/", naming="title")
        status = browser.submit(form, form.answers(), [("file", bomb)]).status if form else 0
        target.answers[status] += 1
        target.answers[browser.get("/redaktion/images/").status] += 1

    target.at_once(1, act)


def _employee(target: Target, role: str) -> Browser:
    from rathausplatz.demo.accounts import PASSWORD

    return signed_in(target.browser(), f"{role}@demo.example", PASSWORD)


def _brand(target: Target, field: str, upload: Upload, *, times: int = 0) -> None:
    browsers = [_employee(target, "verwaltung") for _turn in range(1 if times else 2)]

    def act() -> None:
        browser = browsers.pop()
        form = browser.form(BRAND, naming=field)
        status = browser.submit(form, form.answers(), [(field, upload)]).status if form else 0
        browsers.append(browser)
        target.answers[status] += 1

    if times:
        act()
    else:
        target.at_once(2, act)
