"""The synthetic district, made with the verbs of the rooms below."""
