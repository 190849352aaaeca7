from django.urls import path

from grassroots.views import committees, elections, roll, rounds

app_name = "grassroots"
urlpatterns = [
    path("grassroots/", rounds.RoundPage.as_view(), name="round"),
    path("grassroots/launch/", rounds.Launch.as_view(), name="launch"),
    path("grassroots/elections/<int:pk>/", elections.ElectionPage.as_view(), name="election"),
    path("grassroots/elections/<int:pk>/plan/", elections.Plan.as_view(), name="plan"),
    path("grassroots/elections/<int:pk>/commission/", elections.Commission.as_view(), name="commission"),
    path("grassroots/elections/<int:pk>/roll/", roll.Roll.as_view(), name="roll"),
    path("grassroots/elections/<int:pk>/roll/import/", roll.RollImport.as_view(), name="roll_import"),
    path("grassroots/elections/<int:pk>/roll/add/", roll.VoterAdd.as_view(), name="voter_add"),
    path("grassroots/elections/<int:pk>/objections/", roll.ObjectionAdd.as_view(), name="objection"),
    path("grassroots/elections/<int:pk>/candidates/", elections.CandidateAdd.as_view(), name="candidate"),
    path("grassroots/elections/<int:pk>/review/", elections.CandidateReview.as_view(), name="review"),
    path("grassroots/elections/<int:pk>/count/<str:post>/", elections.CountView.as_view(), name="count"),
    path("grassroots/elections/<int:pk>/papers/<str:kind>/", elections.ElectionPaper.as_view(), name="paper"),
    path("grassroots/voters/<int:pk>/remove/", roll.VoterRemove.as_view(), name="voter_remove"),
    path("grassroots/voters/<int:pk>/agent/", roll.VoterAgent.as_view(), name="voter_agent"),
    path("grassroots/objections/<int:pk>/", roll.ObjectionDecide.as_view(), name="decide"),
    path("grassroots/candidates/<int:pk>/withdraw/", elections.CandidateWithdraw.as_view(), name="withdraw"),
    path("grassroots/counts/<int:pk>/void/", elections.CountVoid.as_view(), name="count_void"),
    path("grassroots/committees/", committees.CommitteeList.as_view(), name="committees"),
    path("grassroots/committees/<int:pk>/", committees.CommitteePage.as_view(), name="committee"),
    path(
        "grassroots/committees/<int:pk>/certificate/",
        committees.CertificatePaper.as_view(),
        name="certificate",
    ),
    path("grassroots/committees/<int:pk>/renew/", committees.Renew.as_view(), name="renew"),
    path(
        "grassroots/committees/<int:pk>/supervisors/",
        committees.SetSupervisors.as_view(),
        name="supervisors",
    ),
    path("grassroots/committees/<int:pk>/by-election/", committees.ByElection.as_view(), name="by_election"),
    path("grassroots/members/<int:pk>/end/", committees.EndMember.as_view(), name="member_end"),
    path("grassroots/members/<int:pk>/recall/", committees.OpenRecall.as_view(), name="recall_new"),
    path("grassroots/recalls/<int:pk>/", committees.RecallPage.as_view(), name="recall"),
    path("grassroots/recalls/<int:pk>/paper/", committees.RecallPaper.as_view(), name="recall_paper"),
]
