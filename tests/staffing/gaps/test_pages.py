import pytest

VIEWERS = ["squad_lead", "clerk", "town", "hr", "legal", "leader", "training"]


@pytest.mark.parametrize("role", VIEWERS)
def test_pages_render_for_every_role_that_may_see_them(cast, role):
    client = cast.client(role)
    for url in (
        "/gaps/",
        "/gaps/trend/",
        f"/units/{cast.east.code}/",
        "/gaps/people/?figure=officers",
        "/gaps/?as_of=2020-01-01",
    ):
        response = client.get(url)
        assert response.status_code == 200, (role, url)


def test_others_do_not(cast):
    for role in ("officer", "editor", "system", "security", "auditor"):
        assert cast.client(role).get("/gaps/").status_code == 403
    assert cast.client().get("/gaps/").status_code == 302
