"""Wagtail's dialog for who may see a page, for all languages at once: who closes one version means the other too."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.translation import gettext as _
from wagtail.admin.views.page_privacy import SetPrivacyView
from wagtail.admin.viewsets.pages import PageViewSet

from cms.actions import restrict_translations


class PrivacyDialog(SetPrivacyView):
    """Names the other versions before anything is saved. Refused to who may not close all of them."""

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        if versions := self._versions():
            named = ", ".join(f"„{version.get_admin_display_title()}“ ({version.locale})" for version in versions)
            words = _("Gilt für alle Sprachen. Beim Speichern ändern Sie auch: %(pages)s.")
            form.fields["restriction_type"].help_text = words % {"pages": named}
        return form

    def form_valid(self, form: Any) -> HttpResponse:
        user = self.request.user
        if any(not version.permissions_for_user(user).can_set_view_restrictions() for version in self._versions()):
            raise PermissionDenied
        answer: HttpResponse = super().form_valid(form)
        restrict_translations(page=self.page, actor=user)
        return answer

    def _versions(self) -> list[Any]:
        return list(self.page.get_translations().select_related("locale").order_by("locale__language_code"))


class PortalPages(PageViewSet):
    """Wagtail's views of pages with our dialog."""

    set_privacy_view_class = PrivacyDialog
