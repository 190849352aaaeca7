"""The REST interface's addresses: which room answers where, and its documentation for signed-in accounts."""

from django.contrib.auth.decorators import login_required
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.routers import DefaultRouter

from benefits.api import AssessView, EntitlementViewSet, ProgrammeViewSet
from casework.api import CaseViewSet
from district.api import DivisionViewSet
from payouts.api import PaymentViewSet, RunViewSet
from registry.api import HouseholdViewSet, PersonViewSet

router = DefaultRouter()
router.include_format_suffixes = False
router.register("divisions", DivisionViewSet, "api-division")
router.register("persons", PersonViewSet, "api-person")
router.register("households", HouseholdViewSet, "api-household")
router.register("cases", CaseViewSet, "api-case")
router.register("programmes", ProgrammeViewSet, "api-programme")
router.register("entitlements", EntitlementViewSet, "api-entitlement")
router.register("runs", RunViewSet, "api-run")
router.register("payments", PaymentViewSet, "api-payment")

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", login_required(SpectacularSwaggerView.as_view(url_name="schema")), name="api-docs"),
    path("assess/", AssessView.as_view(), name="api-assess"),
    path("", include(router.urls)),
]
