"""A Ray cluster as the place where trainings run.

`address` says which cluster and whether it answers, `attempts` trains a grid there until nothing is missing, `driver`
makes one attempt in a process of its own, the only one that imports Ray, and `node` is what runs on a node.
"""
