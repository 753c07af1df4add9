"""Every definition that notebooks 01, 04, 05, 07, 08 and 10 write down is its library function's, to the last sign."""

import pytest
from notebook_code import cells_of, definitions, run_definitions

from basics.errors import InputError

CHANGES = {
    "01_hadamard": {
        "Sylvester, sign": ("[[H, H], [H, -H]]", "[[H, H], [H, H]]"),
        "Sylvester, start": ("np.array([[1]])", "np.array([[-1]])"),
        "S.1, sign": ("(K - h.astype(int)", "(K + h.astype(int)"),
        "S.1, half": ("@ h.T) // 2", "@ h.T) // 4"),
        "rows of H_2K": ("np.vstack([H, -H])", "np.vstack([H, H])"),
        "rows of H_K": ("m <= K else", "m >= K else"),
        "Algorithm 1, limit": ("m <= 2 * K", "m <= K"),
        "coin flips, sign": (
            "2 * draw.integers(2, size=(m, K), dtype=np.int8) - 1",
            "1 - 2 * draw.integers(2, size=(m, K))",
        ),
        "coin flips, mean": (".mean() >= K / 2", ".mean() < K / 2"),
    },
    "04_training": {
        "L_C, sign": ("-(target * h.log()", "(target * h.log()"),
        "L_C, other half": ("(1 - target) * (1 - h)", "(1 + target) * (1 - h)"),
        "L_C, {0, 1}": ("h, target = (y + 1) / 2", "h, target = (y + 1) / 3"),
        "L_Q": ("(y.abs() - 1).cosh()", "(y.abs() + 1).cosh()"),
        "L_Q, sum": (".log().sum(dim=1)", ".log().mean(dim=1)"),
        "L_Q, released": ("((y.abs() - 1) ** 2)", "((y.abs() + 1) ** 2)"),
        "S.6": ("- s * theta).triu", "+ s * theta).triu"),
        "S.6, pairs": (".triu(1)", ".triu(0)"),
        "L_P, released": ("- s[:half, half:] * theta", "+ s[:half, half:] * theta"),
        "L_P, released factor": ("10 / K", "1 / K"),
        "S.7": ("+ lambda_1 * L_Q", "- lambda_1 * L_Q"),
        "S.7, which weight": ("+ lambda_2 * L_P", "+ lambda_1 * L_P"),
        "S.7, λ1": ("lambda_1=0.05", "lambda_1=0.5"),
        "S.7, λ2": ("lambda_2=0.2", "lambda_2=0.02"),
    },
    "05_center_learning": {
        "S.8": ("c[None, :, :] - x", "c[None, :, :] + x"),
        "S.8, one": ("(1 + member.sum", "(2 + member.sum"),
        "S.10": (".mean(dim=0)", ".sum(dim=0)"),
        "S.10, members": ("column == 1", "column == 0"),
        "Wen et al., softmax": ("L_S = -logits", "L_S = logits"),
        "Wen et al., λ": ("0.003 / 2", "0.003"),
        "S.12, distance": ("(K - u @ c.T) / 2", "(K + u @ c.T) / 2"),
        "S.12, sign": ("d[mine].min() - d", "d[mine].min() + d"),
        "S.12, margin": ("+ K / 2 for", "- K / 2 for"),
        "S.12, hinge": ("clamp(min=0)", "clamp(max=0)"),
    },
    "07_backbones": {
        "Eq. 2, sign": ("(high - low) - 1)", "(high - low) + 1)"),
        "Eq. 2, two": ("K * (2 *", "K * (3 *"),
        "Eq. 2, low": ("(products - low)", "(products + low)"),
        "Eq. 2, others": ("[~np.eye(len(w), dtype=bool)]", ""),
        "Eq. 2, diagonal": ("np.fill_diagonal(t, K)", "np.fill_diagonal(t, -K)"),
        "SHC, scale": ("K**0.5", "K**0.25"),
        "SHC, own": ("(-p[own]", "(p[own]"),
        "SHC, others": (".log() - (1 - p", ".log() + (1 - p"),
        "SHC, mean of others": ("/ (m - 1)).mean()", "/ m).mean()"),
    },
    "08_retrieval": {
        "P(r)": ("np.arange(1, len(rel) + 1)", "np.arange(2, len(rel) + 2)"),
        "depth": ("rel[:k]", "rel[: k + 1]"),
        "rel(r)": ("(P * rel)", "P"),
        "nothing relevant": ("max(rel.sum(), 1)", "max(rel.sum(), 2)"),
        "blocks in order": ("in np.unique(distance)", "in np.unique(distance)[::-1]"),
        "mean over orders": ("np.mean([", "np.max(["),
    },
    "10_beyond": {
        "E, target": ("(t + t.T) / 2", "t / 2"),
        "E, pairs": ("products - (t", "products + (t"),
        "E, different ones": ("~np.eye(len(order)", "np.eye(len(order)"),
        "expected, weight": ("p[:, j, None]", "p[:, 0, None]"),
        "expected, bias": ("x @ W.T + b", "x @ W.T - b"),
        "ITQ, codes": ("V @ R >= 0", "V @ R < 0"),
        "ITQ, product": ("V.T @ B", "B.T @ V"),
        "ITQ, rotation": ("S @ S_hat", "(S @ S_hat).T"),
    },
}
CASES = [(notebook, name, change) for notebook, changes in CHANGES.items() for name, change in changes.items()]


@pytest.mark.parametrize("notebook", CHANGES)
def test_every_definition_agrees_with_the_library(notebook: str):
    assert any("same_as_library(" in cell for cell in cells_of(notebook))
    assert callable(definitions(notebook).same_as_library)


@pytest.mark.parametrize(("notebook", "name", "change"), CASES, ids=[f"{case[0][:2]} {case[1]}" for case in CASES])
def test_another_sign_or_constant_stops_the_notebook(notebook: str, name: str, change: tuple[str, str]):
    with pytest.raises(InputError, match="the library's function"):
        run_definitions(notebook, change=change)
