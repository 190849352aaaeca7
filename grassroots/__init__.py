"""Grassroots government (基层政权): elections of the villages' and residents' committees, their members and codes."""
