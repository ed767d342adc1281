"""Addresses of the register, certificates and their verification."""

urlpatterns = []
