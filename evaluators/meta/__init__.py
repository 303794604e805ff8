"""How good a judge is: labelled claims in, figures out.

examples.Example      one claim with its evidence and its label; docs/judge-data.md is its format
datasets              where examples come from: a public file there is the data set of that name
judging.Judge         what is measured; `checker.Checker` needs no model
measuring.measure     accuracy, errors by kind, agreement, coverage, biases
"""
