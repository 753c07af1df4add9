"""Networks: backbones, the hash head that sits on them, and the multi-fiber video network."""
