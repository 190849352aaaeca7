"""The roof: settings, addresses, Celery and the embedded servers. No room imports it."""

from minzheng.celery import app as celery_app

__all__ = ["celery_app"]
