/// The objective at a point and what it consists of.
struct SoftmaxValue: Sendable {
  var objective = 0.0
  var forward: DivergenceParts?
  var reverse: DivergenceParts?
  var penalty = 0.0
}
