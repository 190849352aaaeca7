from django.urls import path

from orgs.views import acts, inspections, organisations, public

app_name = "orgs"
urlpatterns = [
    path("orgs/", organisations.OrganisationList.as_view(), name="organisations"),
    path("orgs/new/", organisations.Establish.as_view(), name="establish"),
    path("orgs/<int:pk>/", organisations.OrganisationPage.as_view(), name="organisation"),
    path("orgs/<int:pk>/change/", organisations.OpenChange.as_view(), name="change"),
    path("orgs/<int:pk>/cancel/", organisations.OpenCancel.as_view(), name="cancel"),
    path("orgs/<int:pk>/measure/", organisations.ProposeMeasure.as_view(), name="measure"),
    path("orgs/<int:pk>/certificate/", organisations.RenewCertificate.as_view(), name="renew"),
    path("orgs/measures/<int:pk>/", organisations.DecideMeasure.as_view(), name="decide-measure"),
    path("orgs/certificates/", organisations.CertificateList.as_view(), name="certificates"),
    path("orgs/certificates/<int:pk>/print/", organisations.PrintCertificate.as_view(), name="certificate"),
    path("orgs/certificates/<int:pk>/spoil/", organisations.SpoilCertificate.as_view(), name="spoil"),
    path("orgs/acts/", acts.ApplicationList.as_view(), name="applications"),
    path("orgs/acts/<int:pk>/", acts.ApplicationPage.as_view(), name="application"),
    path("orgs/acts/<int:pk>/facts/", acts.EditFacts.as_view(), name="facts"),
    path("orgs/acts/<int:pk>/papers/", acts.Papers.as_view(), name="papers"),
    path("orgs/acts/<int:pk>/liquidation/", acts.Liquidation.as_view(), name="liquidation"),
    path("orgs/inspections/", inspections.CampaignList.as_view(), name="campaigns"),
    path("orgs/inspections/new/", inspections.OpenCampaign.as_view(), name="campaign-new"),
    path("orgs/inspections/<int:pk>/", inspections.CampaignPage.as_view(), name="campaign"),
    path("orgs/inspections/<int:pk>/reminders/", inspections.Reminders.as_view(), name="reminders"),
    path("orgs/reports/<int:pk>/", inspections.ReportPage.as_view(), name="report"),
    path("orgs/reports/<int:pk>/take/", inspections.TakeReport.as_view(), name="take"),
    path("orgs/reports/<int:pk>/return/", inspections.ReturnReport.as_view(), name="return"),
    path("orgs/reports/<int:pk>/propose/", inspections.ProposeConclusion.as_view(), name="propose"),
    path("orgs/reports/<int:pk>/conclude/", inspections.Conclude.as_view(), name="conclude"),
    path("orgs/reports/<int:pk>/notice/", inspections.ConclusionNotice.as_view(), name="conclusion-notice"),
    path("public/orgs/", public.PublicList.as_view(), name="public-list"),
    path("public/orgs/<str:code>/", public.PublicOrganisation.as_view(), name="public"),
]
