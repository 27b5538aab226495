import Kullback

extension MeasureFamily {
  /// The members of some orders: of those that the family has, whichever it has.
  var samples: [Measure] {
    [-1, 0.25, 0.5, 2, 3].compactMap { (order: Double) in try? measure(order: order) }
  }
}
