"""Addresses of the law library."""

app_name = "law"
urlpatterns = []
