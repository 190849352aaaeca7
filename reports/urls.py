from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("figures/", views.YearFigures.as_view(), name="year"),
    path("figures/<int:year>/<slug:behind>/", views.FigureRows.as_view(), name="rows"),
]
