from django.urls import path, re_path

from payouts.views import claims, failures, files, payments, runs

app_name = "payouts"
urlpatterns = [
    path("runs/", runs.RunList.as_view(), name="runs"),
    path("runs/new/", runs.NewRun.as_view(), name="run_new"),
    path("runs/<int:pk>/", runs.RunPage.as_view(), name="run"),
    path("runs/<int:pk>/progress/", runs.RunProgress.as_view(), name="run_progress"),
    path("runs/<int:pk>/left-out/", runs.LeftOut.as_view(), name="left_out"),
    path("runs/<int:pk>/rebuild/", runs.Rebuild.as_view(), name="run_rebuild"),
    path("runs/<int:pk>/discard/", runs.Discard.as_view(), name="run_discard"),
    path("runs/<int:pk>/continue/", runs.ContinueBuild.as_view(), name="run_continue"),
    re_path(
        r"^runs/(?P<pk>\d+)/(?P<verb>review|approve|send_back|lock|close)/$",
        runs.RunVerb.as_view(),
        name="run_verb",
    ),
    path("runs/<int:pk>/sheets/", files.SheetsDownload.as_view(), name="sheets"),
    path("runs/<int:pk>/sheets/<str:township>/", files.SheetDownload.as_view(), name="sheet"),
    re_path(r"^runs/(?P<pk>\d+)/bank\.(?P<form>csv|txt)$", files.BankDownload.as_view(), name="bank"),
    path("payments/", payments.PaymentList.as_view(), name="payments"),
    path("payments/<int:pk>/", payments.PaymentPage.as_view(), name="payment"),
    path("payments/<int:pk>/hold/", runs.HoldBack.as_view(), name="hold_back"),
    path("failures/", failures.FailureList.as_view(), name="failures"),
    path("reissues/new/", failures.NewReissue.as_view(), name="reissue_new"),
    path("claims/", claims.ClaimList.as_view(), name="claims"),
    path("differences/", claims.DifferenceList.as_view(), name="differences"),
    path("claims/<int:pk>/", claims.ClaimPage.as_view(), name="claim"),
    path("claims/<int:pk>/plan/", claims.Plan.as_view(), name="claim_plan"),
    path("claims/<int:pk>/repay/", claims.Repay.as_view(), name="claim_repay"),
    path("claims/<int:pk>/write-off/", claims.WriteOff.as_view(), name="claim_write_off"),
    path("claims/<int:pk>/decide/", claims.Decide.as_view(), name="claim_decide"),
    path("payout-files/", files.FileList.as_view(), name="files"),
    path("returns/new/", files.NewReturn.as_view(), name="return_new"),
    path("returns/<int:pk>/", files.ReturnPage.as_view(), name="return"),
    path("returns/<int:pk>/file/", files.ReturnDownload.as_view(), name="return_file"),
    path("months/", files.Months.as_view(), name="months"),
    path("replay/", files.Replay.as_view(), name="replay"),
]
