from django.urls import path

from casework import views

app_name = "casework"
urlpatterns = [
    path("cases/", views.CaseList.as_view(), name="case-list"),
    path("cases/<int:pk>/", views.CasePage.as_view(), name="case"),
    path("cases/<int:pk>/steps/<slug:action>/", views.StepView.as_view(), name="step"),
    path("cases/<int:pk>/visit/", views.VisitView.as_view(), name="visit"),
    path("cases/<int:pk>/materials/", views.MaterialsView.as_view(), name="materials"),
    path("cases/<int:pk>/documents/<slug:kind>/", views.DocumentView.as_view(), name="document"),
    path("materials/<int:pk>/", views.MaterialFile.as_view(), name="material"),
    path("materials/<int:pk>/withdraw/", views.WithdrawMaterial.as_view(), name="material-withdraw"),
    path("notices/", views.NoticeList.as_view(), name="notices"),
    path("notices/<int:pk>/print/", views.NoticePrint.as_view(), name="notice-print"),
]
