"""Grassroots government (基层政权): the elections of the 98 villages and communities, their committees and
codes will live here.
"""
