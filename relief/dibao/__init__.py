"""最低生活保障: application, change, ending and periodic review of a household's 低保."""
