"""Addresses of sites, rooms, seats, what is printed, and the public check of certificates."""

from django.urls import path

from exams.views import certificates, printables, rooms, sites

urlpatterns = [
    path("exams/sites/", sites.sites, name="sites"),
    path("exams/sites/new/", sites.site_new, name="site_new"),
    path("exams/sites/<int:pk>/", sites.site_edit, name="site"),
    path("exams/sites/<int:pk>/rooms/new/", sites.room_new, name="room_new"),
    path("exams/rooms/<int:pk>/", sites.room_edit, name="room"),
    path("exams/sittings/<str:code>/rooms/", rooms.rooms, name="rooms"),
    path("exams/sittings/<str:code>/rooms/assign/", rooms.seats_assign, name="seats_assign"),
    path("exams/sittings/<str:code>/batches/new/", rooms.batch_new, name="batch_new"),
    path("exams/sittings/<str:code>/batches/<int:number>/", rooms.batch_edit, name="batch"),
    path("exams/sittings/<str:code>/batches/<int:number>/remove/", rooms.batch_remove, name="batch_remove"),
    path("exams/sittings/<str:code>/batches/<int:number>/rooms/<int:room>/", rooms.seat_plan, name="seat_plan"),
    path("exams/sittings/<str:code>/seats/<int:pk>/", rooms.seat_move, name="seat_move"),
    path("exams/sittings/<str:code>/seats/<int:pk>/remove/", rooms.seat_remove, name="seat_remove"),
    path("exams/sittings/<str:code>/printables/", printables.printables, name="printables"),
    path("exams/printables/<uuid:pk>/", printables.printable_file, name="printable_file"),
    path("exams/transcripts/<int:pk>/", printables.transcript, name="transcript"),
    path("exams/tickets/<int:pk>/", printables.ticket, name="ticket"),
    path("exams/certificates/<str:serial>/pdf/", printables.certificate_pdf, name="certificate_pdf"),
    path("exams/certificates/<str:serial>/revoke/", certificates.certificate_revoke, name="certificate_revoke"),
    path("exams/sittings/<str:code>/certificates/", certificates.certificates, name="certificates"),
    path("verify/", certificates.verify, name="verify"),
    path("verify/<str:code>/", certificates.verify_code, name="verify_code"),
]
