"""Lets the unmodified zunis 0.3 run next to current pandas / yaml releases.

Only container plumbing is touched (DataFrame.append was removed from pandas 2, np.float from numpy, and the
yaml tuple tag no longer loads); no numerical code is changed.
"""
import numpy as np
import pandas as pd

if not hasattr(np, "float"):
    np.float = float  # an alias that numpy 1.24 removed

if not hasattr(pd.DataFrame, "append"):
    def _append(self, other, ignore_index=False, **_):
        row = {k: [v] for k, v in dict(other).items()}
        new = pd.DataFrame(row)
        if len(self) == 0:
            return new
        return pd.concat([self, new], ignore_index=ignore_index)
    pd.DataFrame.append = _append


def default_integrator_args(lr=1e-4, n_bins=20, d_hidden=256, n_hidden=8, repetitions=2,
                            n_epochs=20, minibatch_size=1.0, n_points_survey=10000, n_iter=10,
                            loss="dkl", survey_strategy="adaptive_dkl", flow="pwquad",
                            masking="iflow"):
    """Same values as the packaged default integrator configuration, with overrides."""
    from functools import partial
    import torch
    cell = {"d_hidden": d_hidden, "n_hidden": n_hidden}
    if flow != "realnvp":
        cell["n_bins"] = n_bins
    return dict(
        flow=flow, loss=loss, survey_strategy=survey_strategy, n_iter=n_iter,
        n_points_survey=n_points_survey,
        flow_options={"cell_params": cell, "masking": masking,
                      "masking_options": {"repetitions": repetitions}},
        trainer_options={"minibatch_size": minibatch_size, "max_reloads": 0, "n_epochs": n_epochs,
                         "optim": partial(torch.optim.Adam, lr=lr, betas=(0.9, 0.999), eps=1e-8),
                         "checkpoint": True, "checkpoint_on_cuda": True, "checkpoint_path": None})
