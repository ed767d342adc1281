"""Addresses of the law library."""

from django.urls import path

from portal.law import views

app_name = "law"
urlpatterns = [
    path("laws/", views.laws, name="laws"),
    path("laws/search/", views.search, name="search"),
    path("laws/articles/<int:pk>/", views.article, name="article"),
    path("laws/<str:code>/", views.law, name="law"),
]
