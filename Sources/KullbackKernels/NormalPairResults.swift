internal import CVectorKernels

/// What is known of pairs of normals; element 0 belongs to the first.
public struct NormalPairResults: Sendable {
  /// tr Σ_q⁻¹ Σ_p - n - log(det Σ_p / det Σ_q).
  public internal(set) var spreads: [Double]
  /// |L_q \ (m_p - m_q)|².
  public internal(set) var distances: [Double]
  /// The largest ratio of a variance of the model to what is left of it when the components before it are
  /// known.
  public internal(set) var inflations: [Double]
  /// 0, or the order of the first leading minor of the target's covariance that is not positive.
  public internal(set) var refusedTargets: [Int32]
  /// Likewise of the model's.
  public internal(set) var refusedModels: [Int32]

  init(count: Int) {
    spreads = [Double](repeating: 0, count: count)
    distances = spreads
    inflations = spreads
    refusedTargets = [Int32](repeating: 0, count: count)
    refusedModels = refusedTargets
  }
}

extension NormalPairResults {
  /// Calls with the addresses of all results.
  mutating func withOut(_ body: (inout kvk_normal_out) -> Void) {
    // SAFETY: the addresses are used inside the call alone.
    unsafe spreads.withUnsafeMutableBufferPointer { spreads in
      unsafe distances.withUnsafeMutableBufferPointer { distances in
        unsafe inflations.withUnsafeMutableBufferPointer { inflations in
          unsafe refusedTargets.withUnsafeMutableBufferPointer { refusedTargets in
            unsafe refusedModels.withUnsafeMutableBufferPointer { refusedModels in
              var out = unsafe kvk_normal_out(
                spread: spreads.baseAddress, distance: distances.baseAddress,
                inflation: inflations.baseAddress, refused_target: refusedTargets.baseAddress,
                refused_model: refusedModels.baseAddress)
              unsafe body(&out)
            }
          }
        }
      }
    }
  }
}
