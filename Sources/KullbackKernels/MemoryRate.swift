internal import KullbackMatrix

/// How many bytes a second the processors read from memory: what bounds every kernel.
///
/// The best of a few readings of a buffer that no cache holds, all threads together. Takes some tenths of
/// a second.
public func measureMemoryReadRate(threads: Int = Threads.default) -> Double {
  let count = 256 << 20
  let memory = Matrix<Float>(repeating: 1, rows: 1, columns: count / 4)
  let part = 4 << 20
  let clock = ContinuousClock()
  var best = Double.infinity
  // SAFETY: the parts divide the buffer, which lives over the closure and is only read.
  unsafe memory.withUnsafeBaseAddress { base in
    let address = UInt(bitPattern: base)
    for _ in 0..<6 {
      let elapsed = clock.measure {
        Threads.parallel(tasks: count / part, threads: threads) { task in
          consume(readAll(from: address + UInt(task * part), count: part))
        }
      }
      let (seconds, attoseconds) = elapsed.components
      best = min(best, Double(seconds) + Double(attoseconds) * 1e-18)
    }
  }
  return Double(count) / best
}

/// The exclusive or of all words, in chains that do not wait for one another.
private func readAll(from address: UInt, count: Int) -> UInt64 {
  typealias Lane = SIMD8<UInt64>
  guard let base = unsafe UnsafeRawPointer(bitPattern: address) else { return 0 }
  var (a, b, c, d) = (Lane.zero, Lane.zero, Lane.zero, Lane.zero)
  let size = MemoryLayout<Lane>.size
  for offset in stride(from: 0, to: count, by: 4 * size) {
    // SAFETY: `count` bytes are there, a multiple of four lanes.
    unsafe a ^= base.loadUnaligned(fromByteOffset: offset, as: Lane.self)
    unsafe b ^= base.loadUnaligned(fromByteOffset: offset + size, as: Lane.self)
    unsafe c ^= base.loadUnaligned(fromByteOffset: offset + 2 * size, as: Lane.self)
    unsafe d ^= base.loadUnaligned(fromByteOffset: offset + 3 * size, as: Lane.self)
  }
  let all = a ^ b ^ c ^ d
  return (0..<8).reduce(0) { $0 ^ all[$1] }
}

/// Keeps a result, and the work that it took, from being optimised away.
@inline(never)
private func consume(_ value: UInt64) {
  withExtendedLifetime(value) {}
}
