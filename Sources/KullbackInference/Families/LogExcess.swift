#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// u - log(1 + u), which is never negative and near u²/2 at 0, for the ratio 1 + u of two positive numbers.
///
/// - Accuracy: a few units in the last place, near 0 too, if u has them; `ratio` is used away from 0 alone,
///   so that nothing is lost where 1 + u is near 0.
///
/// Source: with s = u / (2 + u), log(1 + u) = 2 (s + s³/3 + s⁵/5 + …) and u - 2 s = u s; Abramowitz and
/// Stegun, *Handbook of Mathematical Functions*, 4.1.27.
func logExcess(_ u: Double, ratio: Double) -> Double {
  guard abs(u) < 0.4 else { return u - log(ratio) }
  let s = u / (2 + u)
  let z = s * s
  // |s| is at most a quarter: the first term left out is below 2⁻⁵⁶ of the sum.
  var tail = 0.0
  for power in stride(from: 27.0, through: 3, by: -2) { tail = tail * z + 1 / power }
  return u * s - 2 * s * z * tail
}

/// p / q - 1 - log(p / q), which is never negative, for two positive numbers.
///
/// - Accuracy: a few units in the last place, where p and q are nearly equal too: their difference is exact
///   then.
func logExcess(_ p: Double, over q: Double) -> Double {
  let ratio = p / q
  guard ratio.isNormal else { return ratio - 1 - (log(p) - log(q)) }
  return logExcess((p - q) / q, ratio: ratio)
}

/// The logarithm of 2 π.
let logTwoPi = 1.8378770664093454835606594728112
