"""Trains scikit-learn's Isolation Forest on rows as `bekci models rows` prints them and writes it as an ONNX file that `anomaly.models` takes.

    bekci models rows address/hour > rows.csv
    python3 export-forest.py rows.csv forest.onnx

Needs scikit-learn and onnx (Debian: python3-sklearn, python3-onnx) and no converter: a forest is one TreeEnsembleRegressor.
Its score is scikit-learn's `score_samples` with the sign turned: higher is stranger.
"""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper
from sklearn.ensemble import IsolationForest


def average_path(count):
    """c(n) of the paper: the mean depth at which a search among n rows ends."""
    if count <= 1:
        return 0.0
    if count == 2:
        return 1.0
    return 2.0 * (np.log(count - 1.0) + np.euler_gamma) - 2.0 * (count - 1.0) / count


def below(threshold):
    """The greatest 32-bit float that is not above the threshold: rows are 32-bit floats, so no comparison changes."""
    near = np.float32(threshold)
    return float(near if near <= threshold else np.nextafter(near, np.float32(-np.inf)))


def export(forest, features, path):
    """Writes the forest; `features` numbers in a row."""
    nodes = {name: [] for name in ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids")}
    leaves = {name: [] for name in ("treeids", "nodeids", "ids", "weights")}
    for number, (grown, columns) in enumerate(zip(forest.estimators_, forest.estimators_features_)):
        tree = grown.tree_
        depths = np.zeros(tree.node_count)
        for node in range(tree.node_count):
            left, right = int(tree.children_left[node]), int(tree.children_right[node])
            is_leaf = left < 0
            nodes["treeids"].append(number)
            nodes["nodeids"].append(node)
            nodes["featureids"].append(0 if is_leaf else int(columns[tree.feature[node]]))
            nodes["values"].append(0.0 if is_leaf else below(tree.threshold[node]))
            nodes["modes"].append("LEAF" if is_leaf else "BRANCH_LEQ")
            nodes["truenodeids"].append(0 if is_leaf else left)
            nodes["falsenodeids"].append(0 if is_leaf else right)
            if is_leaf:
                leaves["treeids"].append(number)
                leaves["nodeids"].append(node)
                leaves["ids"].append(0)
                leaves["weights"].append(float(depths[node] + average_path(tree.n_node_samples[node])))
            else:
                depths[left] = depths[right] = depths[node] + 1
    trees = helper.make_node(
        "TreeEnsembleRegressor",
        ["rows"],
        ["path"],
        domain="ai.onnx.ml",
        n_targets=1,
        aggregate_function="AVERAGE",
        **{f"nodes_{name}": value for name, value in nodes.items()},
        **{f"target_{name}": value for name, value in leaves.items()},
    )
    constants = [
        helper.make_tensor("scale", TensorProto.FLOAT, [1], [-1.0 / average_path(forest.max_samples_)]),
        helper.make_tensor("two", TensorProto.FLOAT, [1], [2.0]),
    ]
    graph = helper.make_graph(
        [trees, helper.make_node("Mul", ["path", "scale"], ["exponent"]), helper.make_node("Pow", ["two", "exponent"], ["score"])],
        "isolation-forest",
        [helper.make_tensor_value_info("rows", TensorProto.FLOAT, [None, features])],
        [helper.make_tensor_value_info("score", TensorProto.FLOAT, [None, 1])],
        constants,
    )
    opsets = [helper.make_opsetid("", 13), helper.make_opsetid("ai.onnx.ml", 3)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, path)


if __name__ == "__main__":
    rows = np.loadtxt(sys.argv[1], delimiter=",", skiprows=1, ndmin=2)
    trees = int(sys.argv[3]) if len(sys.argv) > 3 else 100
    fitted = IsolationForest(n_estimators=trees, max_samples=min(256, len(rows)), random_state=1).fit(rows)
    export(fitted, rows.shape[1], sys.argv[2])
    for row, score in list(zip(rows, -fitted.score_samples(rows)))[:3]:
        print(",".join(f"{each:g}" for each in row), f"{score:.6f}")
