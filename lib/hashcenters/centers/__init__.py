"""Hash centers: how to make them, what bounds them, how far apart they are. One generator a module.

A hundred centers of 64 bits as CSQ makes them, measured, beside what is possible at this size:

>>> from hashcenters.centers.generate import make_centers
>>> from hashcenters.centers.separation import separation
>>> centers = make_centers("csq", 64, 100, seed=0)
>>> found = separation(centers)
>>> centers.shape, found.minimum, found.upper_bound, found.below_half
((100, 64), 32, 32, 0.0)

Coin flips are never that far apart:

>>> found = separation(make_centers("bernoulli", 64, 100, seed=0))
>>> found.minimum < 32, found.valid_by_pairs
(True, False)

Items with several labels get the center of their labels' centers from `targets`, classes that are alike get centers
that are near from `semantic`.
"""
