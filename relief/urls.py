from django.urls import path

from relief.dibao import views
from relief.tekun.urls import urlpatterns as tekun
from relief.temporary.urls import urlpatterns as temporary

app_name = "relief"
urlpatterns = [
    *temporary,
    *tekun,
    path("relief/new/", views.FindHousehold.as_view(), name="find"),
    path("relief/new/<int:pk>/", views.Apply.as_view(), name="apply"),
    path("relief/applications/<int:pk>/", views.ApplicationPage.as_view(), name="application"),
    path("relief/applications/<int:pk>/economy/", views.Economy.as_view(), name="economy"),
    path("relief/applications/<int:pk>/members/", views.Members.as_view(), name="members"),
    path("relief/applications/<int:pk>/print/", views.PrintCase.as_view(), name="print"),
    path("relief/entitlements/<int:pk>/change/", views.OpenChange.as_view(), name="change"),
    path("relief/entitlements/<int:pk>/review/", views.DoReview.as_view(), name="review"),
    path("relief/reviews/", views.Reviews.as_view(), name="reviews"),
]
