from django.urls import path

from registry import import_views, institution_views, lists, views

app_name = "registry"
urlpatterns = [
    path("persons/", lists.PersonList.as_view(), name="persons"),
    path("persons/<int:pk>/", views.PersonPage.as_view(), name="person"),
    path("persons/<int:pk>/correct/", views.CorrectPerson.as_view(), name="person_correct"),
    path("persons/<int:pk>/account/", views.NewAccount.as_view(), name="account_new"),
    path("persons/<int:pk>/certificate/", views.NewCertificate.as_view(), name="certificate_new"),
    path("persons/<int:pk>/death/", views.RecordDeath.as_view(), name="death"),
    path("households/", lists.HouseholdList.as_view(), name="households"),
    path("households/new/", views.NewHousehold.as_view(), name="household_new"),
    path("households/<int:pk>/", views.HouseholdPage.as_view(), name="household"),
    path("households/<int:pk>/correct/", views.CorrectHousehold.as_view(), name="household_correct"),
    path("households/<int:pk>/members/new/", views.AddMember.as_view(), name="member_new"),
    path("memberships/<int:pk>/leave/", views.LeaveHousehold.as_view(), name="leave"),
    path("memberships/<int:pk>/relation/", views.ChangeRelation.as_view(), name="relation"),
    path("institutions/", institution_views.InstitutionList.as_view(), name="institutions"),
    path("institutions/new/", institution_views.NewInstitution.as_view(), name="institution_new"),
    path("institutions/<int:pk>/", institution_views.InstitutionPage.as_view(), name="institution"),
    path(
        "institutions/<int:pk>/correct/",
        institution_views.CorrectInstitution.as_view(),
        name="institution_correct",
    ),
    path(
        "institutions/<int:pk>/account/",
        institution_views.InstitutionAccount.as_view(),
        name="institution_account",
    ),
    path("imports/", lists.ImportList.as_view(), name="imports"),
    path("imports/new/", import_views.NewImport.as_view(), name="import_new"),
    path("imports/template/<slug:kind>/", import_views.ImportTemplate.as_view(), name="import_template"),
    path("imports/<int:pk>/", import_views.ImportPage.as_view(), name="import"),
    path("imports/<int:pk>/write/", import_views.WriteImport.as_view(), name="import_write"),
    path("imports/<int:pk>/discard/", import_views.DiscardImport.as_view(), name="import_discard"),
    path("imports/<int:pk>/undo/", import_views.UndoImport.as_view(), name="import_undo"),
    path("imports/<int:pk>/errors/", import_views.ImportErrors.as_view(), name="import_errors"),
]
