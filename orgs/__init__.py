"""Social organisations (社会组织): registration, unified social credit codes, yearly inspection and the
public register will live here.
"""
