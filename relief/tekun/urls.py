from django.urls import path

from relief.tekun import views

urlpatterns = [
    path("relief/tekun/", views.LiveList.as_view(), name="tekun"),
    path("relief/tekun/new/", views.FindPerson.as_view(), name="tekun_find"),
    path("relief/tekun/new/<int:pk>/", views.Apply.as_view(), name="tekun_apply"),
    path("relief/tekun/<int:pk>/", views.CasePage.as_view(), name="tekun_case"),
    path("relief/tekun/<int:pk>/facts/", views.Facts.as_view(), name="tekun_facts"),
    path("relief/tekun/<int:pk>/economy/", views.Economy.as_view(), name="tekun_economy"),
    path("relief/tekun/<int:pk>/grade/", views.Grade.as_view(), name="tekun_grade"),
    path("relief/tekun/<int:pk>/print/", views.PrintCase.as_view(), name="tekun_print"),
    path("relief/tekun/entitlements/<int:pk>/change/", views.OpenChange.as_view(), name="tekun_change"),
    path("relief/tekun/entitlements/<int:pk>/review/", views.DoReview.as_view(), name="tekun_review"),
]
