/// Checks of parameters that the initialisers of families share.
enum Parameter {
  /// The value, if it is finite.
  static func finite(_ name: String, _ value: Double) throws(InferenceError) -> Double {
    guard value.isFinite else { throw .invalidParameter(name, value, mustBe: "finite") }
    return value
  }

  /// The value, if it is finite and above 0.
  static func positive(_ name: String, _ value: Double) throws(InferenceError) -> Double {
    guard value > 0, value.isFinite else {
      throw .invalidParameter(name, value, mustBe: "finite and above 0")
    }
    return value
  }

  /// The value, -0.0 as 0, if it is finite and not negative.
  static func notNegative(_ name: String, _ value: Double) throws(InferenceError) -> Double {
    guard value >= 0, value.isFinite else {
      throw .invalidParameter(name, value, mustBe: "finite and not negative")
    }
    return value + 0
  }

  /// The value, -0.0 as 0, if it is a probability.
  static func probability(_ name: String, _ value: Double) throws(InferenceError) -> Double {
    guard value >= 0, value <= 1 else {
      throw .invalidParameter(name, value, mustBe: "within 0...1")
    }
    return value + 0
  }
}
