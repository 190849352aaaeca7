"""A made-up or reset password works for one thing: to choose an own one."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

# What someone may still do whose password has to be changed first.
OPEN_TO_ALL = {"login", "logout", "password_change", "healthz"}


class OwnPasswordFirst:
    """Leads an account whose password has to be changed to that page, whatever it asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        if not getattr(request.user, "must_change_password", False):
            return None
        if request.resolver_match and request.resolver_match.view_name in OPEN_TO_ALL:
            return None
        address = reverse("password_change")
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": "请先登录网页修改初始密码。"}, status=403)
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": address})
        if request.method == "GET" and request.path != "/":
            address += "?" + urlencode({"next": request.get_full_path()})
        return redirect(address)
