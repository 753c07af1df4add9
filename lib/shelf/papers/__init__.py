"""The papers' and other public data sets, found through `hashcenters/datasets/registry.yaml`."""
