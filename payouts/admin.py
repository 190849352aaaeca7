"""Runs and what they are made of, for reading: the acts stand on the pages, locked rows change nowhere."""

from django.contrib import admin

from core.admin import ReadOnlyAdmin, masked_number, money_column
from payouts.models import BankReturn, Claim, Difference, Payment, Run, Transfer

VIEW = ("finance", "auditor", "bureau_officer")


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    view_roles = VIEW
    list_display = (
        "number",
        "programme",
        "month",
        "kind",
        "division",
        "state",
        "maker",
        "reviewer",
        "approver",
    )
    list_filter = ("state", "kind", "programme")
    search_fields = ("number",)
    date_hierarchy = "month"


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    view_roles = VIEW
    list_display = (
        "head_name",
        masked_number("payee_id_number", "身份证号"),
        "village_name",
        "programme",
        "month",
        "kind",
        "persons",
        money_column("amount", "金额（元）"),
        "run",
    )
    list_filter = ("programme", "kind")
    search_fields = ("head_name", "payee_name", "payee_id_number__exact")
    list_select_related = ("programme", "run__programme")
    show_full_result_count = False
    exclude = ("payee_id_number", "account_number")


@admin.register(Transfer)
class TransferAdmin(ReadOnlyAdmin):
    view_roles = VIEW
    list_display = (
        "payee_name",
        masked_number("account_number", "银行账号"),
        "run",
        "seq",
        "attempt",
        money_column("amount", "金额（元）"),
        "state",
        "reason",
    )
    list_filter = ("state",)
    search_fields = ("payee_name",)
    list_select_related = ("run__programme",)
    show_full_result_count = False
    exclude = ("account_number",)


@admin.register(Difference)
class DifferenceAdmin(ReadOnlyAdmin):
    view_roles = VIEW
    list_display = ("entitlement", "month", money_column("amount", "差额（元）"), "reason", "found_by")
    list_filter = ("programme",)
    search_fields = ("entitlement__person__name",)
    list_select_related = ("entitlement__person", "entitlement__programme", "found_by__programme")


@admin.register(Claim)
class ClaimAdmin(ReadOnlyAdmin):
    view_roles = VIEW
    list_display = (
        "person",
        "programme",
        money_column("amount", "应追缴（元）"),
        money_column("repaid", "已归还（元）"),
        "state",
    )
    list_filter = ("state", "programme")
    search_fields = ("person__name",)


@admin.register(BankReturn)
class BankReturnAdmin(ReadOnlyAdmin):
    view_roles = ("finance", "auditor")
    list_display = ("file", "run", "lines", "success", "failed", "already", "loaded_by", "loaded_at")
    list_select_related = ("file", "run__programme", "loaded_by")
