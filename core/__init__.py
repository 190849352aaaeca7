"""What every room uses and what knows no trade: months and money, working days, jobs, Excel, history,
page parts.
"""
