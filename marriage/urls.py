from django.urls import path

from marriage import views

app_name = "marriage"
urlpatterns = [
    path("marriage/", views.Desk.as_view(), name="desk"),
    path("marriage/new/<slug:kind>/", views.NewFile.as_view(), name="new"),
    path("marriage/files/", views.FileList.as_view(), name="files"),
    path("marriage/files/<int:pk>/", views.FilePage.as_view(), name="file"),
    path("marriage/files/<int:pk>/edit/", views.EditFile.as_view(), name="edit"),
    path("marriage/files/<int:pk>/issue/", views.Issue.as_view(), name="issue"),
    path("marriage/files/<int:pk>/reprint/", views.Reprint.as_view(), name="reprint"),
    path("marriage/files/<int:pk>/annotate/", views.Annotate.as_view(), name="annotate"),
    path("marriage/files/<int:pk>/receipt/", views.CorrectReceipt.as_view(), name="receipt"),
    path("marriage/files/<int:pk>/papers/<slug:kind>/", views.PaperFile.as_view(), name="paper"),
    path("marriage/cases/<int:pk>/", views.CaseRedirect.as_view(), name="case"),
    path("marriage/certificates/<int:pk>/print/", views.PrintCertificate.as_view(), name="print"),
    path("marriage/certificates/<int:pk>/spoil/", views.Spoil.as_view(), name="spoil"),
    path("marriage/days/", views.ClosedDays.as_view(), name="days"),
    path("marriage/days/<slug:day>/", views.DayPage.as_view(), name="day"),
    path("marriage/days/<slug:day>/close/", views.CloseDay.as_view(), name="day-close"),
    path("marriage/days/<slug:day>/print/", views.PrintDay.as_view(), name="day-print"),
    path("marriage/statistics/", views.Statistics.as_view(), name="statistics"),
]
