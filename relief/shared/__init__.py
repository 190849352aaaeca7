"""What the trades of 社会救助 share: means and assets of a household, figures as declared and recognised, reviews."""
