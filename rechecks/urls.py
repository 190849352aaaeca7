from django.urls import path

from rechecks.views import findings, hearings, leads, lists, rechecks, results, spots

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
    path("rechecks/findings/<int:pk>/hearing/", hearings.DraftHearing.as_view(), name="hearing_new"),
    path("rechecks/hearings/<int:pk>/paper/", hearings.HearingPaper.as_view(), name="hearing_paper"),
    path("rechecks/hearings/<int:pk>/deliver/", hearings.DeliverHearing.as_view(), name="hearing_deliver"),
    path("rechecks/hearings/<int:pk>/answer/", hearings.AnswerHearing.as_view(), name="hearing_answer"),
    path("rechecks/hearings/<int:pk>/files/<int:file>/", hearings.HearingFile.as_view(), name="hearing_file"),
    path("rechecks/results/", results.Results.as_view(), name="results"),
    path("rechecks/leads/", leads.LeadList.as_view(), name="leads"),
    path("rechecks/leads/find/", leads.FindLeads.as_view(), name="leads_find"),
    path("rechecks/leads/<int:pk>/", leads.LeadPage.as_view(), name="lead"),
    path("rechecks/leads/<int:pk>/contact/", leads.ContactLead.as_view(), name="lead_contact"),
    path("rechecks/spot-checks/", spots.SpotChecks.as_view(), name="spot_checks"),
    path("rechecks/spot-checks/new/", spots.Draw.as_view(), name="spot_check_new"),
    path("rechecks/spot-checks/<int:pk>/", spots.SpotCheckPage.as_view(), name="spot_check"),
    path("rechecks/spot-checks/items/<int:pk>/", spots.RecordItem.as_view(), name="spot_item"),
    path(
        "rechecks/verifications/<int:pk>/files/<int:file>/",
        findings.VerificationFile.as_view(),
        name="verification_file",
    ),
]
