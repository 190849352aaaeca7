"""The bureau itself: divisions, offices, users, roles, lines, login, and the area scope of every query."""
