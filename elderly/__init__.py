"""Services for the old (老龄): 高龄津贴, 长寿金 and 养老服务补贴, care homes and service sites will live here; the
monthly money goes through benefits and payouts like every other programme.
"""
