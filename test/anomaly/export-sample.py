"""Exports the small PyTorch model that the test of `openOnnx` reads: python3 test/anomaly/export-sample.py test/anomaly/sample.onnx"""
import sys

import torch


class Distance(torch.nn.Module):
    """Squared distance from a mean, in spreads: one score a row, higher is stranger."""

    def __init__(self, mean, spread):
        super().__init__()
        self.mean = torch.nn.Parameter(torch.tensor(mean), requires_grad=False)
        self.spread = torch.nn.Parameter(torch.tensor(spread), requires_grad=False)

    def forward(self, rows):
        return (((rows - self.mean) / self.spread) ** 2).sum(dim=1)


torch.onnx.export(
    Distance([1.0, 2.0, 3.0], [1.0, 0.5, 2.0]),
    torch.zeros(1, 3),
    sys.argv[1],
    input_names=["rows"],
    output_names=["score"],
    dynamic_axes={"rows": {0: "count"}, "score": {0: "count"}},
    opset_version=13,
)
