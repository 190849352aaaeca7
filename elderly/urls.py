from django.urls import path

from elderly.views import acts, cases, lists, proofs

app_name = "elderly"
urlpatterns = [
    path("elderly/lists/", lists.ListOfLists.as_view(), name="lists"),
    path("elderly/lists/propose/", acts.Propose.as_view(), name="propose"),
    path("elderly/lists/endings/", acts.ProposeEndings.as_view(), name="propose_endings"),
    path("elderly/lists/<int:pk>/", lists.RowsOfList.as_view(), name="list"),
    path("elderly/lists/<int:pk>/confirm/", acts.ConfirmList.as_view(), name="list_confirm"),
    path("elderly/lists/<int:pk>/take-out/", acts.TakeOut.as_view(), name="list_take_out"),
    path("elderly/lists/<int:pk>/approve/", acts.ApproveList.as_view(), name="list_approve"),
    path("elderly/lists/<int:pk>/send-back/", acts.SendBack.as_view(), name="list_send_back"),
    path("elderly/lists/<int:pk>/paper/", acts.ListPaper.as_view(), name="list_paper"),
    path("elderly/new/", cases.FindPerson.as_view(), name="find"),
    path("elderly/new/<int:pk>/", cases.Apply.as_view(), name="apply"),
    path("elderly/applications/<int:pk>/", cases.ApplicationPage.as_view(), name="application"),
    path("elderly/entitlements/<int:pk>/end/", cases.OpenEnding.as_view(), name="end"),
    path("elderly/entitlements/<int:pk>/proof/", proofs.ProveOne.as_view(), name="proof"),
    path("elderly/proofs/", proofs.ProofList.as_view(), name="proofs"),
    path("elderly/proofs/record/", proofs.Prove.as_view(), name="prove"),
    path("elderly/proofs/reminder/", proofs.Reminder.as_view(), name="reminder"),
    path("elderly/bands/", proofs.Bands.as_view(), name="bands"),
    path("elderly/bands/changes/", proofs.BandChanges.as_view(), name="band_changes"),
]
