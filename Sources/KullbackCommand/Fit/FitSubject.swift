internal import Kullback
internal import KullbackInference

/// What `fit gaussian` fits.
struct FitSubject {
  enum Kind {
    case samples(Matrix<Double>, [Double]?)
    case density(any Density)
  }

  let kind: Kind
  /// What the dimensions are called, where that is known.
  var names: [String]?
  /// What of texts was taken for what.
  var tables: TextTables?
  /// What of the inputs was brought in line with the rows of samples or features.
  var matched: Matches?

  var dimension: Int {
    switch kind {
    case .samples(let samples, _): samples.columns
    case .density(let density): density.dimension
    }
  }
}
