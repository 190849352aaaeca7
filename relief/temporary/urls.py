from django.urls import path

from relief.temporary import reserve_views, views

urlpatterns = [
    path("relief/temporary/", views.TemporaryList.as_view(), name="temporary"),
    path("relief/temporary/new/", views.FindForTemporary.as_view(), name="temporary_find"),
    path("relief/temporary/new/<int:pk>/", views.Apply.as_view(), name="temporary_apply"),
    path("relief/temporary/<int:pk>/", views.TemporaryPage.as_view(), name="temporary_case"),
    path("relief/temporary/<int:pk>/facts/", views.Correct.as_view(), name="temporary_facts"),
    path("relief/advances/<int:pk>/recover/", reserve_views.TakeBack.as_view(), name="advance_recover"),
    path("relief/reserves/", reserve_views.Reserves.as_view(), name="reserves"),
    path("relief/reserves/<int:pk>/", reserve_views.Entries.as_view(), name="reserve"),
    path("relief/reserves/<int:pk>/top-up/", reserve_views.TopUp.as_view(), name="reserve_top_up"),
    path("relief/reserves/<int:pk>/ledger/", reserve_views.LedgerDocument.as_view(), name="reserve_ledger"),
    path("relief/reserves/allot/<int:year>/", reserve_views.Allot.as_view(), name="reserve_allot"),
]
