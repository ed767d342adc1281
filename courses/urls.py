"""Addresses of this app, one list an area. Study pages themselves are served by Wagtail under /study/."""

app_name = "courses"
urlpatterns = []
