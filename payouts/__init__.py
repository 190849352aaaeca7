"""Monthly run, payments, payout sheets, bank files and returns, arrears and recoveries.  Knows
entitlements, never a service line.
"""
