"""Makes the models of this folder and what their makers' own libraries say of some rows.

pip install lightgbm==4.* onnxruntime skl2onnx scikit-learn; python make_models.py
"""

import json

import lightgbm
import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import GradientBoostingClassifier

FEATURES = 18
random = numpy.random.default_rng(7)


def table(rows):
    # Numbers that a float holds exactly: what differs is arithmetic and not rounding of the input.
    return (random.normal(size=(rows, FEATURES)) * 64).round() / 64


def labels(values):
    return (values[:, 0] + 0.5 * values[:, 3] * values[:, 5] + random.normal(size=len(values)) > 0).astype(int)


train = table(2000)
target = labels(train)
rows = table(24)
missing = rows.copy()
missing[random.random(missing.shape) < 0.2] = numpy.nan

booster = lightgbm.train(
    {"objective": "binary", "num_leaves": 7, "learning_rate": 0.2, "seed": 1, "num_threads": 1, "deterministic": True, "verbosity": -1},
    lightgbm.Dataset(train, target),
    num_boost_round=8,
)
booster.save_model("lightgbm.txt")
regression = lightgbm.train({"objective": "regression", "num_leaves": 3, "seed": 1, "verbosity": -1}, lightgbm.Dataset(train, target), num_boost_round=1)
regression.save_model("lightgbm_regression.txt")

classifier = GradientBoostingClassifier(n_estimators=6, max_depth=3, random_state=1).fit(train, target)
shape = [("input", FloatTensorType([None, FEATURES]))]
for name, zipmap in [("trees.onnx", False), ("zipmap.onnx", True)]:
    model = convert_sklearn(classifier, initial_types=shape, options={id(classifier): {"zipmap": zipmap}}, target_opset=15)
    onnx.save(model, name)

# One number out of doubles, by hand: the logistic of a weighted sum.
weights = (random.normal(size=(FEATURES, 1)) * 64).round() / 64
graph = helper.make_graph(
    [helper.make_node("MatMul", ["x", "w"], ["sum"]), helper.make_node("Sigmoid", ["sum"], ["p"])],
    "logistic",
    [helper.make_tensor_value_info("x", TensorProto.DOUBLE, [1, FEATURES])],
    [helper.make_tensor_value_info("p", TensorProto.DOUBLE, [1, 1])],
    [numpy_helper.from_array(weights, "w")],
)
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8), "logistic.onnx")

# Two tensors of reals, of which one must be named; three numbers, which nobody can read.
graph = helper.make_graph(
    [
        helper.make_node("MatMul", ["x", "w"], ["sum"]),
        helper.make_node("Sigmoid", ["sum"], ["p"]),
        helper.make_node("Slice", ["x", "zero", "last", "one"], ["x3"]),
        helper.make_node("Softmax", ["x3"], ["three"], axis=1),
    ],
    "two",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, FEATURES])],
    [helper.make_tensor_value_info("p", TensorProto.FLOAT, [1, 1]), helper.make_tensor_value_info("three", TensorProto.FLOAT, [1, 3])],
    [
        numpy_helper.from_array(weights.astype(numpy.float32), "w"),
        numpy_helper.from_array(numpy.array([0], dtype=numpy.int64), "zero"),
        numpy_helper.from_array(numpy.array([3], dtype=numpy.int64), "last"),
        numpy_helper.from_array(numpy.array([1], dtype=numpy.int64), "one"),
    ],
)
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8), "two_outputs.onnx")


def up(name, values, output, column):
    session = onnxruntime.InferenceSession(name, providers=["CPUExecutionProvider"])
    kind = numpy.float64 if session.get_inputs()[0].type == "tensor(double)" else numpy.float32
    return [float(session.run([output], {session.get_inputs()[0].name: row.reshape(1, -1).astype(kind)})[0][0][column]) for row in values]


def plain(values):
    return [[None if numpy.isnan(x) else float(x) for x in row] for row in values]


expected = {
    "rows": plain(rows),
    "missing": plain(missing),
    "lightgbm.txt": [float(x) for x in booster.predict(rows)],
    "lightgbm.txt missing": [float(x) for x in booster.predict(missing)],
    "trees.onnx": up("trees.onnx", rows, "probabilities", 1),
    "logistic.onnx": up("logistic.onnx", rows, "p", 0),
    "two_outputs.onnx p": up("two_outputs.onnx", rows, "p", 0),
    "made by": {"lightgbm": lightgbm.__version__, "onnxruntime": onnxruntime.__version__},
}
with open("expected.json", "w") as file:
    json.dump(expected, file, separators=(",", ":"))
    file.write("\n")
