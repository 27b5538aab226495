extension SoftmaxRegression {
  /// Bytes that a fit holds at once beside features of `Double` and targets, as far as they follow from shapes.
  ///
  /// The search's vectors of parameters and the gradients of two chunks of rows; the rows from which
  /// preconditioners are made, with the matrices that are made of them.
  package func heldBytes(rows: Int, features: Int, classes: Int) -> Double {
    let (rows, inputs, classes) = (Double(rows), Double(features), Double(classes))
    let order = inputs + (hasIntercepts ? 1 : 0)
    var numbers = Double(2 * search.memory + 8) * order * classes
    if features <= SoftmaxCurvature.mostFeatures {
      // Evenly spaced rows, a whole number of them apart.
      let wanted = max(4096, 16 * order)
      let sampled = rows / max(1, (rows / wanted).rounded(.down))
      numbers += sampled * order + 2 * order * order
      if classes * order * order <= 0x1p24 {
        numbers += classes * order * order + sampled * classes
      }
    }
    return 8 * numbers
  }
}
