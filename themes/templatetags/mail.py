"""Mail programmes know no stylesheets, so mails carry resolved values in attributes: `{% load mail %}`."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from themes.typefaces import TYPEFACES
from themes.view import BrandView

register = template.Library()


def _stack(families: str) -> str:
    return families.replace("'", "")


@register.simple_tag
def mail_styles(brand: BrandView) -> dict[str, str]:
    """Inline styles for the base of mails."""
    light, face = brand.palette.light, TYPEFACES[brand.tokens.typeface]
    body, head = _stack(face.body), _stack(face.head)
    radius = min(int(brand.tokens.radius * 16), 16)
    return {
        "tint": light["tint"],
        "brand": light["brand"],
        "page": f"margin:0;padding:0;background:{light['tint']};color:{light['ink']}",
        "sheet": f"width:100%;max-width:600px;background:#ffffff;border-radius:{radius}px;overflow:hidden",
        "head": f"padding:22px 28px;background:{light['brand']};color:{light['on-brand']};"
        f"font:bold 24px/1.2 {head};letter-spacing:-.02em",
        "head_link": f"color:{light['on-brand']};text-decoration:none",
        "tagline": f"font:14px/1.4 {body};color:{light['on-brand']};letter-spacing:0",
        "text": f"padding:28px;font:17px/1.55 {body};color:{light['ink']}",
        "foot": f"padding:20px 28px;border-top:1px solid {light['line']};font:14px/1.5 {body};"
        f"color:{light['ink-soft']}",
        "foot_link": f"color:{light['ink-soft']}",
    }


@register.simple_tag(takes_context=True)
def mail_button(context: template.Context, label: str, href: str) -> SafeString:
    """A link that looks like the portal's button."""
    light = context["brand"].palette.light
    radius = min(int(context["brand"].tokens.radius * 16), 16)
    return format_html(
        '<p style="margin:24px 0"><a href="{}" style="display:inline-block;padding:14px 26px;background:{};'
        'color:{};font-weight:bold;text-decoration:none;border-radius:{}px">{}</a></p>',
        href,
        light["ink"],
        light["paper"],
        radius,
        label,
    )


@register.simple_tag(takes_context=True)
def mail_heading(context: template.Context, text: str) -> SafeString:
    """A heading in the commune's typeface."""
    face = TYPEFACES[context["brand"].tokens.typeface]
    return format_html(
        '<h1 style="margin:0 0 16px;font:bold 26px/1.2 {};letter-spacing:-.02em">{}</h1>',
        _stack(face.head),
        text,
    )
