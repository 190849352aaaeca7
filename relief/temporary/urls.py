from django.urls import path

from relief.temporary.views import cases, reserves

urlpatterns = [
    path("relief/temporary/", cases.TemporaryList.as_view(), name="temporary"),
    path("relief/temporary/new/", cases.FindForTemporary.as_view(), name="temporary_find"),
    path("relief/temporary/new/<int:pk>/", cases.Apply.as_view(), name="temporary_apply"),
    path("relief/temporary/<int:pk>/", cases.TemporaryPage.as_view(), name="temporary_case"),
    path("relief/temporary/<int:pk>/facts/", cases.Correct.as_view(), name="temporary_facts"),
    path("relief/advances/<int:pk>/recover/", reserves.TakeBack.as_view(), name="advance_recover"),
    path("relief/reserves/", reserves.Reserves.as_view(), name="reserves"),
    path("relief/reserves/<int:pk>/", reserves.Entries.as_view(), name="reserve"),
    path("relief/reserves/<int:pk>/top-up/", reserves.TopUp.as_view(), name="reserve_top_up"),
    path("relief/reserves/<int:pk>/ledger/", reserves.LedgerDocument.as_view(), name="reserve_ledger"),
    path("relief/reserves/allot/<int:year>/", reserves.Allot.as_view(), name="reserve_allot"),
]
