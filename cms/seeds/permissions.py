"""What the staff's groups may do with pages, pictures and files; and who approves."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Task,
    Workflow,
    WorkflowPage,
)

from tenants.accounts.rules import ADMINISTRATOR, EDITOR

PAGE_RIGHTS = {
    EDITOR: ("add_page", "change_page", "publish_page", "lock_page"),
    ADMINISTRATOR: ("add_page", "change_page", "publish_page", "lock_page", "unlock_page", "bulk_delete_page"),
}
COLLECTION_RIGHTS = {
    EDITOR: ("add_image", "change_image", "choose_image", "add_document", "change_document", "choose_document"),
    ADMINISTRATOR: (
        *("add_image", "change_image", "delete_image", "choose_image"),
        *("add_document", "change_document", "delete_document", "choose_document"),
        *("add_collection", "change_collection", "delete_collection"),
    ),
}
MODEL_RIGHTS = {
    EDITOR: ("access_admin", "submit_translation", "change_footersettings", "add_redirect", "change_redirect"),
    ADMINISTRATOR: (
        *("access_admin", "submit_translation", "change_footersettings", "change_contactsettings"),
        *("add_redirect", "change_redirect", "delete_redirect"),
        *("add_query", "change_query", "delete_query", "view_query"),
        *("add_workflow", "change_workflow", "delete_workflow", "add_task", "change_task", "delete_task"),
        *("add_groupapprovaltask", "change_groupapprovaltask", "delete_groupapprovaltask"),
    ),
}
WAGTAILS_OWN_GROUPS = ("Moderators", "Editors")
WORKFLOW = "Vier-Augen-Prinzip"
TASK = "Freigabe durch Redaktion oder Verwaltung"


def grant() -> None:
    """Give the groups their rights and replace Wagtail's own groups and workflow. May run twice."""
    Group.objects.filter(name__in=WAGTAILS_OWN_GROUPS).delete()
    root, library = Page.get_first_root_node(), Collection.get_first_root_node()
    for name in (EDITOR, ADMINISTRATOR):
        group = Group.objects.get(name=name)
        group.permissions.add(*Permission.objects.filter(codename__in=MODEL_RIGHTS[name]).exclude(group=group))
        for permission in Permission.objects.filter(
            codename__in=PAGE_RIGHTS[name], content_type__app_label="wagtailcore"
        ):
            GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)
        for permission in Permission.objects.filter(codename__in=COLLECTION_RIGHTS[name]):
            GroupCollectionPermission.objects.get_or_create(group=group, collection=library, permission=permission)
    _approval(root)


def _approval(root: Page) -> None:
    if Workflow.objects.filter(name=WORKFLOW).exists():
        return
    WorkflowPage.objects.filter(page=root).delete()
    Workflow.objects.all().delete()
    Task.objects.all().delete()
    workflow = Workflow.objects.create(name=WORKFLOW)
    task = GroupApprovalTask.objects.create(name=TASK)
    task.groups.set(Group.objects.filter(name__in=(EDITOR, ADMINISTRATOR)))
    workflow.workflow_tasks.create(task=task, sort_order=0)
    WorkflowPage.objects.create(workflow=workflow, page=root)
