"""Pages of this room, by subject."""

# Who sees runs, payments and files; the acts ask for more.
VIEWERS = ("finance", "leader", "auditor", "bureau_officer")
CRUMB = ("发放", "")
