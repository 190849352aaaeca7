"""Services for the old (老龄): 高龄津贴 and 长寿金 by monthly lists, 生存认证, 停发.

养老服务补贴, care homes as institutions and service sites will live here; the monthly money goes through benefits and
payouts like every other programme.
"""
