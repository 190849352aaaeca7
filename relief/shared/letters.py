"""Sentences that the decisions of 社会救助 carry alike."""

REMEDY = "如对本决定不服，可自收到本通知书之日起六十日内向本级人民政府申请行政复议，或六个月内向人民法院提起行政诉讼。"
