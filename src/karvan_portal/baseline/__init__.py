"""The baseline desk: the study of data management, the questionnaire of institutions, the improvement plan."""
