/// A sum that carries what its additions round.
///
/// Source: Neumaier 1974, *ZAMM* 54, 39.
struct CompensatedSum {
  /// The sum as it rounds.
  private(set) var rounded: Double
  private var error = 0.0

  init(_ first: Double = 0) { rounded = first }

  mutating func add(_ term: Double) {
    let next = rounded + term
    error += abs(rounded) >= abs(term) ? (rounded - next) + term : (term - next) + rounded
    rounded = next
  }

  var value: Double { rounded + error }
}
