from django.urls import path

from district import views

urlpatterns = [
    path("login/", views.Login.as_view(), name="login"),
    path("logout/", views.Logout.as_view(), name="logout"),
    path("account/", views.Account.as_view(), name="account"),
    path("account/password/", views.PasswordChange.as_view(), name="password_change"),
    path("trail/", views.AccessTrail.as_view(), name="access_trail"),
    path("changes/", views.ChangeHistory.as_view(), name="change_history"),
]
