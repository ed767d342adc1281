"""Cases are published by approval: the right to publish them has to be given on their own section.

Editors hold theirs on the whole tree; here it stops (domain §2.10: 编辑提交 → 法制审核 → 发布).
"""

from wagtail.models import Page
from wagtail.models.pages import PagePermissionTester

# Root, home page, catalogue, section.
SECTION_DEPTH = 4


class ApprovalTester(PagePermissionTester):
    """As Wagtail's, but a right to publish that was given above the section is none."""

    def _given_here(self) -> bool:
        if self.user.is_superuser:
            return True
        section = self.page.path[: SECTION_DEPTH * Page.steplen]
        return any(
            row.permission.codename == "publish_page" and row.page.path.startswith(section)
            for row in self.permission_policy.get_cached_permissions_for_user(self.user)
        )

    def can_publish(self):
        return super().can_publish() and self._given_here()

    def can_publish_subpage(self):
        return super().can_publish_subpage() and self._given_here()
