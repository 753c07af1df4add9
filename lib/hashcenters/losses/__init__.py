"""The losses of both documents, one a module, as functions of tensors.

Outputs are in [−1, 1], hash centers are ±1, and every loss is a mean over samples. Here two outputs of eight bits are
pulled to their centers by L_C, and to ±1 by L_Q:

>>> import torch
>>> from hashcenters.centers.generate import make_centers
>>> from hashcenters.losses.central import central_loss
>>> from hashcenters.losses.quantization import quantization_loss
>>> centers = torch.tensor(make_centers("csq", 8, 4, seed=0), dtype=torch.float32)
>>> outputs = (0.5 * centers[:2]).requires_grad_()
>>> central_loss(outputs, centers[:2]).item() < central_loss(outputs, centers[2:]).item()
True
>>> loss = central_loss(outputs, centers[:2]) + 0.05 * quantization_loss(outputs, form="squared")
>>> loss.backward()
>>> bool((outputs.grad * centers[:2] < 0).all())  # a step against the gradient moves every bit to its center
True

The objectives that a training is asked for by name (`central`, `face`, `magnet`, `repmet`, `semantic`, …) are sums of
them, see `factory`:

>>> from hashcenters.losses.factory import make_objective
>>> objective = make_objective("central", centers.numpy(), network=None, lambda_quantization=0.05, lambda_pairwise=0.2)
>>> sorted(objective.parts(outputs, torch.tensor([0, 1])))
['central', 'pairwise', 'quantization']
"""
