internal import KullbackInference

/// A softmax regression, and what its features and classes are called where that is known.
struct NamedSoftmax {
  var model: SoftmaxModel
  let features: [String]?
  let classes: [String]?
}
