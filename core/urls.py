from django.urls import path

from core import views

app_name = "core"
urlpatterns = [
    path("", views.Workbench.as_view(), name="workbench"),
    path("search/", views.SearchPage.as_view(), name="search"),
    path("jobs/<int:pk>/", views.JobPage.as_view(), name="job"),
    path("jobs/<int:pk>/panel/", views.JobPanel.as_view(), name="job_panel"),
    path("jobs/<int:pk>/file/", views.JobFile.as_view(), name="job_file"),
    path("reveal/<str:key>/<int:pk>/", views.Reveal.as_view(), name="reveal"),
    path("filters/save/", views.SaveFilter.as_view(), name="filter_save"),
    path("filters/delete/", views.DeleteFilter.as_view(), name="filter_delete"),
]
