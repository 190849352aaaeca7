from django.urls import path

from benefits import lists, matrix, views

app_name = "benefits"
urlpatterns = [
    path("programmes/compatibility/", matrix.CompatibilityPage.as_view(), name="compatibility"),
    path("entitlements/", lists.EntitlementList.as_view(), name="entitlements"),
    path("entitlements/<int:pk>/", views.EntitlementPage.as_view(), name="entitlement"),
    path("entitlements/<int:pk>/hold/", views.PlaceHold.as_view(), name="hold"),
    path("holds/", lists.HoldList.as_view(), name="holds"),
    path("holds/<int:pk>/lift/", views.LiftHold.as_view(), name="lift_hold"),
    path("standard-changes/", lists.ChangeList.as_view(), name="standard_changes"),
    path("standard-changes/new/", views.Propose.as_view(), name="propose"),
    path("standard-changes/<int:pk>/", lists.ChangePage.as_view(), name="standard_change"),
    path("standard-changes/<int:pk>/approve/", views.ApproveChange.as_view(), name="approve_change"),
    path("standard-changes/<int:pk>/refuse/", views.RefuseChange.as_view(), name="refuse_change"),
    path("standard-changes/<int:pk>/again/", views.ProposeAgain.as_view(), name="propose_again"),
    path("standard-changes/lines/<int:pk>/", views.DecideLine.as_view(), name="decide_line"),
]
