"""The workbook kit: claims, results, figures' style, runner and report of a workbook on any subject."""
