"""Addresses of watching and reading: what the player reports to, notes, and the files themselves."""

from django.urls import path

from courses.views import media, watching

urlpatterns = [
    path("learning/watch/<int:page>/open/", watching.watch_open, name="watch_open"),
    path("learning/watch/<int:pk>/beat/", watching.beat, name="beat"),
    path("learning/watch/<int:pk>/present/", watching.present, name="present"),
    path("learning/watch/<int:pk>/close/", watching.watch_close, name="watch_close"),
    path("learning/watch/<int:page>/notes/", watching.notes, name="notes"),
    path("learning/notes/<int:pk>/", watching.note, name="note"),
    path("learning/notes/<int:pk>/delete/", watching.note_delete, name="note_delete"),
    path("learning/media/<int:pk>/", media.media, name="media"),
    path("learning/media/<int:pk>/captions/", media.captions, name="captions"),
    path("learning/media/<int:pk>/poster/", media.poster, name="poster"),
]
