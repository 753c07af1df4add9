"""The trainings behind every table of the documents, as lists of configurations, and their scores."""
