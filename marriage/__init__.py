"""Marriage registration (婚姻登记): marriage, divorce with its cooling-off, replacement certificates and
the day's register will live here.
"""
