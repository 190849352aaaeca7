from django.urls import path

from rechecks.views import findings, lists, rechecks

app_name = "rechecks"
urlpatterns = [
    path("rechecks/", rechecks.Rechecks.as_view(), name="rechecks"),
    path("rechecks/new/", rechecks.NewRecheck.as_view(), name="recheck_new"),
    path("rechecks/preview/", rechecks.Preview.as_view(), name="preview"),
    path("rechecks/<int:pk>/", rechecks.RecheckPage.as_view(), name="recheck"),
    path("rechecks/<int:pk>/again/", rechecks.Again.as_view(), name="recheck_again"),
    path("rechecks/lists/", lists.Lists.as_view(), name="lists"),
    path("rechecks/lists/new/", lists.NewList.as_view(), name="list_new"),
    path("rechecks/lists/<int:pk>/", lists.ListPage.as_view(), name="list"),
    path("rechecks/lists/<int:pk>/confirm/", lists.ConfirmList.as_view(), name="list_confirm"),
    path("rechecks/lists/<int:pk>/refused/", lists.RefusedRows.as_view(), name="list_refused"),
    path("rechecks/findings/", findings.FindingList.as_view(), name="findings"),
    path("rechecks/findings/<int:pk>/", findings.FindingPage.as_view(), name="finding"),
    path("rechecks/findings/<int:pk>/report/", findings.ReportFinding.as_view(), name="report"),
    path("rechecks/findings/<int:pk>/decide/", findings.DecideFinding.as_view(), name="decide"),
    path(
        "rechecks/verifications/<int:pk>/files/<int:file>/",
        findings.VerificationFile.as_view(),
        name="verification_file",
    ),
]
