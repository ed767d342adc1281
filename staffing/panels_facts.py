"""Home: who must come home, whose certificate ends, and an officer's own standing."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.access import access_of
from portal.figures import num
from portal.models import Role
from portal.shell import HomeItem, HomePanel, address
from portal.ui import StatTile
from staffing.models import Person, Unit
from staffing.queries import people_one, postings
from staffing.queries.people_of import reminded
from staffing.queries.policies import basis_text, policy_for

# Squads and towns are told about their own people; the legal office and leaders see figures instead (panels_gaps).
FOLLOW_UP = {Role.HR, Role.SQUAD_LEAD, Role.CLERK, Role.TOWN}
ORDER_TODO, ORDER_OWN = 20, 5


def panels(request) -> list[HomePanel]:
    """What this area says on the viewer's home page."""
    access = access_of(request)
    found = []
    if access.roles & FOLLOW_UP:
        found.append(HomePanel("todo", ORDER_TODO, items=_follow_up(access, timezone.localdate())))
    if access.can("own.view"):
        found += _own(request)
    return found


def me_panels(request) -> list[HomePanel]:
    """On 我的: the way to the own record."""
    if not access_of(request).can("own.view"):
        return []
    item = HomeItem(_("我的档案：编制、派驻、证件和学时"), reverse("staffing:own"))
    return [HomePanel("todo", items=[item], title=_("我的档案"))]


def _follow_up(access, day) -> list[HomeItem]:
    """Postings overdue or soon due, and certificates soon to end, in the viewer's units; the policy says how soon."""
    address = reverse("staffing:postings")
    items = []
    if access.can("postings.view"):
        rows, steps = postings.visible(access.scope("postings.view"), day), policy_for(day).return_alerts
        totals = postings.totals(rows, day, soon=steps[0])
        if totals.overdue:
            text = _("%(n)s人派驻借调已逾期，尚未登记归位") % {"n": num(totals.overdue)}
            items.append(HomeItem(text, f"{address}?state=overdue", "overdue", _("逾期"), day))
        if totals.due:
            text = _("%(n)s人派驻借调%(days)s日内到期") % {"n": num(totals.due), "days": steps[0]}
            text = _nearer(text, postings.reminded(rows, day, steps))
            items.append(HomeItem(text, f"{address}?state=due", "short", _("到期")))
    for unit in _roots(access.scope("people.view")):
        ending = reminded(unit, day, scope=access.scope("people.view"))
        days, number = ending[0]
        if number:
            query = {"unit": unit.code} if unit else {}
            text = _("%(n)s人执法证%(days)s日内到期") % {"n": num(number), "days": days}
            text = _nearer(text, ending)
            if unit:
                text = _("%(unit)s：%(text)s") % {"unit": unit.label, "text": text}
            url = f"{reverse('staffing:people')}?{urlencode({**query, 'cert': 'expiring'})}"
            items.append(HomeItem(text, url, "short", _("证件")))
    return items


def _nearer(text: str, steps: list[tuple[int, int]]) -> str:
    """``text`` tells of the first of ``steps``; how many of them later reminders speak of already is added."""
    parts = [_("%(days)s日内%(n)s人") % {"days": days, "n": num(n)} for days, n in steps[1:] if n]
    return _("%(text)s（其中%(parts)s）") % {"text": text, "parts": _("，").join(parts)} if parts else text


def _roots(scope) -> list[Unit | None]:
    """The topmost units of a scope; [None] stands for everything."""
    return [None] if scope.everywhere else list(Unit.objects.filter(path__in=scope.paths).order_by("path"))


def own_brief(request) -> people_one.Brief | None:
    """The viewer's own standing, read once a request: every app's panel may ask. None for an account of nobody."""
    if not hasattr(request, "_own_brief"):
        person = Person.objects.filter(user=request.user).defer(*people_one.NUMBERS).first()
        request._own_brief = person and people_one.brief(person, timezone.localdate())
    return request._own_brief


def _own(request) -> list[HomePanel]:
    """An officer's hours of the year and certificate."""
    profile = own_brief(request)
    if profile is None:
        return []
    day = timezone.localdate()
    basis, own = basis_text(profile.policy), reverse("staffing:own")
    tiles = []
    if profile.hours and profile.hours.target:
        met = profile.hours.met
        lacking = _("还差 %(n)s 学时") % {"n": num(profile.hours.missing)}
        tiles.append(
            StatTile(
                _("%(year)s年学时") % {"year": day.year},
                num(profile.hours.counted),
                _("学时"),
                address("courses:mine") or f"{own}#hours",
                target=_("%(n)s 学时") % {"n": num(profile.hours.target)},
                status="met" if met else "short",
                status_text=_("达标") if met else lacking,
                as_of=day,
                basis=basis,
            )
        )
    card = profile.card
    if card and card.until:
        left = card.days_left
        status = "overdue" if not card.in_force else "short" if card.soon else "met"
        tiles.append(
            StatTile(
                _("行政执法证"),
                num(max(left, 0)),
                _("日后到期"),
                f"{own}#qualifications",
                status=status,
                status_text=_("有效") if card.in_force else _("不在有效期或已失效"),
                note=_("有效期至 %(day)s") % {"day": card.until.isoformat()},
                as_of=day,
                basis=basis,
            )
        )
    if not tiles:
        return []
    return [HomePanel("figures", ORDER_OWN, template="staffing/person/home.html", context={"tiles": tiles})]
