/// The functions that closed forms are made of, written so that nothing cancels near equality.
///
/// Every doc comment states the error that `SpecialFunctionTests` measures against mpmath, and the range it
/// was measured on. All are pure: they keep no state and give the same bits on every thread.
package enum SpecialFunctions {
  /// The Euler-Mascheroni constant γ = -ψ(1).
  package static let eulerGamma = 0.577_215_664_901_532_860_6
  /// ½ log 2π.
  package static let halfLogTwoPi = 0.918_938_533_204_672_741_8
}

/// log 2π.
let logTwoPi = 2 * SpecialFunctions.halfLogTwoPi
