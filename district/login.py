"""Logging in and out: the form, the lock-out page, and the trail that both leave."""

from datetime import timedelta
from typing import Any

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from core.audit import log_access
from core.models import AccessKind


class LoginForm(AuthenticationForm):
    """Account and password; one answer for a wrong name and a wrong password."""

    error_messages = {
        "invalid_login": "账号或密码不对，请核对大小写后重新输入。",
        "inactive": "这个账号已停用，请联系本局系统管理员。",
    }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "账号"
        self.fields["username"].error_messages["required"] = "请填账号。"
        self.fields["password"].error_messages["required"] = "请填密码。"


def locked_out(request: HttpRequest, original: Any = None, credentials: Any = None) -> HttpResponse:
    """The page after too many wrong passwords: until when, and what to do."""
    username = (credentials or {}).get("username") or request.POST.get("username", "")
    until = timezone.now() + (get_cool_off(request) or timedelta())
    last = AccessAttempt.objects.filter(username=username).order_by("-attempt_time").first()
    if last is not None:
        until = last.attempt_time + (get_cool_off(request) or timedelta())
    minutes = max(1, -(-int((until - timezone.now()).total_seconds()) // 60))
    return render(
        request,
        "registration/locked.html",
        {"username": username[:60], "until": timezone.localtime(until), "minutes": minutes},
        status=429,
    )


@receiver(user_logged_in, dispatch_uid="trail_login")
def logged_in(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    log_access(user, AccessKind.LOGIN, f"{user} 登录", f"user:{user.pk}", request=request)


@receiver(user_logged_out, dispatch_uid="trail_logout")
def logged_out(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    if user is not None:
        log_access(user, AccessKind.LOGOUT, f"{user} 退出", f"user:{user.pk}", request=request)


@receiver(user_login_failed, dispatch_uid="trail_refused")
def refused(sender: Any, credentials: dict, request: HttpRequest | None = None, **kwargs: Any) -> None:
    """A refused attempt under the name that was typed; a password typed into the name's field is not kept whole."""
    name = str(credentials.get("username") or "")[:40]
    log_access(None, AccessKind.REFUSED, f"账号 {name} 登录未成功", f"login:{name}", request=request)
