"""Past decisions looked at again: their claims as cases for a judge, what was found, and a report of it.

claims.stated(cycle)      every claim of a decision, with the evidence its agents had
figures.figures(...)      by agent and month, worst claims, drift between versions of a judge
report.write(...)         Markdown and one HTML file
"""
