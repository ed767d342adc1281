"""One lecture and the county's people, without pages: 今天 09:30–12:00, all invited, nobody signed in yet."""

from datetime import timedelta

from courses.actions import signing
from courses.models import Lecturer, Series, Session
from tests.courses.made import STARTS

END = STARTS + timedelta(minutes=150)
AFTER = END + timedelta(hours=1)


def at(minutes):
    return STARTS + timedelta(minutes=minutes)


class Room:
    """The names of the learning cast, as far as signing in needs them."""

    def __init__(self, cast):
        self.cast, self.wang = cast, cast.wang
        self.officer, self.training = cast.user("officer"), cast.user("training")
        self.guest = Lecturer.objects.create(name="孟知常", title="示例县司法局")
        self.inside = Lecturer.objects.create(name="周文彬", title="法制科", person=cast.zhou)
        self.series = Series.objects.create(code="djt", name="综合执法大讲堂", unit=cast.bureau)
        self.session = self.make_session(3, STARTS, title="先审后决")

    def make_session(self, number, starts, **fields):
        fields = {"title": f"第{number}讲", "ends_at": starts + timedelta(minutes=150), **fields}
        return Session.objects.create(
            code=f"djt-{starts.year}-{number}",
            series=self.series,
            year=starts.year,
            number=number,
            starts_at=starts,
            place="局三楼会议室",
            **fields,
        )

    def scan(self, person, direction, minutes, session=None):
        session = session or self.session
        moment = session.starts_at + timedelta(minutes=minutes)
        return signing.sign(
            actor=self.officer, now=moment, person=person, session=session, direction=direction, at=moment
        )

    def there(self, person, first, last=None, session=None):
        self.scan(person, "in", first, session)
        if last is not None:
            self.scan(person, "out", last, session)
