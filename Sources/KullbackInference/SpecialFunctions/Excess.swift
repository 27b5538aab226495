internal import CLibm

extension SpecialFunctions {
  /// How far u lies above log(1 + u).
  ///
  ///     u - log(1 + u) >= 0,  near u² / 2 at 0
  ///
  /// - Parameters:
  ///   - u: at least -1; +inf comes out there.
  ///   - ratio: 1 + u, where the caller has it with digits that u near -1 has not.
  /// - Accuracy: relative error at most 1e-15 for u >= -0.9; below, it is that of `log1p`, or of the ratio.
  ///
  /// Source: with s = u / (2 + u), log(1 + u) = 2 artanh s and u - 2 s = u s; Abramowitz and Stegun 4.1.27.
  package static func logExcess(_ u: Double, ratio: Double? = nil) -> Double {
    guard u >= -0.5, u <= 1 else {
      return u == .infinity ? u : u - (ratio.map { log($0) } ?? log1p(u))
    }
    let s = u / (2 + u)
    let square = s * s
    // At most 1/9 is raised to at most the 15th power; the first term left out is below 2e-17 of the first.
    var series = 0.0
    for odd in stride(from: abs(u) < 0.03 ? 11.0 : 33, through: 3, by: -2) {
      series = series * square + 1 / odd
    }
    return s * (u - 2 * square * series)
  }

  /// How far exp(t) lies above its tangent at 0.
  ///
  ///     exp(t) - 1 - t >= 0,  near t² / 2 at 0
  ///
  /// - Range: any t; +inf where exp overflows.
  /// - Accuracy: relative error at most 1e-15 for |t| <= 100.
  package static func expExcess(_ t: Double) -> Double {
    guard abs(t) <= 1 else { return t == .infinity ? t : expm1(t) - t }
    var series = 1.0
    for divisor in stride(from: 20.0, through: 3, by: -1) { series = 1 + series * t / divisor }
    return t * t / 2 * series
  }

  /// How far the ratio of two positive numbers lies from 1, as a divergence.
  ///
  ///     ρ(x / y) = x/y - 1 - log(x/y) >= 0
  ///
  /// It is the divergence of two exponential distributions, and what most closed forms are made of.
  ///
  /// - Parameters:
  ///   - x: not negative; +inf comes out where it is 0.
  ///   - y: above 0.
  ///   - difference: x - y, where the caller has it with more digits than the subtraction would give.
  /// - Accuracy: relative error at most 1e-15 with the difference as given, whatever x / y.
  package static func ratioExcess(
    _ x: Double, over y: Double, difference: Double? = nil
  ) -> Double {
    let ratio = x / y
    guard ratio >= 0.5, ratio <= 2 else { return ratio - 1 - logRatio(x, over: y) }
    return logExcess((difference ?? x - y) / y)
  }

  /// log(x / y) of two positive numbers, with all its digits near 0.
  ///
  /// - Accuracy: relative error at most 1e-15, whatever x / y, also where the quotient leaves the range
  ///   of normal numbers.
  package static func logRatio(_ x: Double, over y: Double) -> Double {
    let ratio = x / y
    if ratio >= 0.5, ratio <= 2 { return log1p((x - y) / y) }
    return ratio.isNormal ? log(ratio) : log(x) - log(y)
  }

  /// w ρ(x / y), also where the quotient leaves the range of numbers and what comes out does not.
  ///
  /// - Parameters:
  ///   - x: not negative; +inf comes out where it is 0.
  ///   - y: above 0.
  ///   - weight: w, above 0.
  /// - Accuracy: relative error at most 2e-15, whatever the three.
  package static func ratioExcess(
    _ x: Double, over y: Double, times weight: Double
  ) -> Double {
    let ratio = x / y
    guard ratio == .infinity else { return weight * ratioExcess(x, over: y) }
    return ratioExcess(products: x, 1, over: y, 1, times: weight)
  }

  /// w ρ(a b / (c d)) of positive numbers; see `ratioExcess(_:over:difference:)`.
  ///
  /// - Accuracy: as there: the products are subtracted before they are rounded. None of them overflows or
  ///   underflows on the way, whatever the numbers.
  package static func ratioExcess(
    products a: Double, _ b: Double, over c: Double, _ d: Double, times weight: Double = 1
  ) -> Double {
    // Powers of two are taken out exactly.
    let (a1, b1, c1, d1) = (a.significand, b.significand, c.significand, d.significand)
    let exponent = Int(a.exponent) + Int(b.exponent) - Int(c.exponent) - Int(d.exponent)
    if abs(exponent) <= 2 {
      let b2 = Double(sign: .plus, exponent: exponent, significand: b1)
      let ratio = (a1 * b2) / (c1 * d1)
      if ratio >= 0.5, ratio <= 2 {
        return weight * logExcess(differenceOfProducts(a1, b2, c1, d1) / (c1 * d1))
      }
    }
    let significand = (a1 * b1) / (c1 * d1)
    let ratio = Double(sign: .plus, exponent: exponent, significand: significand)
    let logRatio = ratio.isNormal ? log(ratio) : log(significand) + Double(exponent) * log(2)
    if ratio < .infinity { return weight * (ratio - 1 - logRatio) }
    let product = Double(
      sign: .plus, exponent: exponent + Int(weight.exponent),
      significand: significand * weight.significand)
    // What is taken off is less than the product, and finite where that is.
    return product < .infinity ? product - weight - weight * logRatio : product
  }

  /// (x - y) / scale, also where the difference by itself overflows.
  package static func difference(_ x: Double, _ y: Double, over scale: Double) -> Double {
    let difference = x - y
    return difference.isFinite ? difference / scale : 2 * ((x / 2 - y / 2) / scale)
  }

  /// a b - c d, correct to 1.5 units in the last place.
  ///
  /// Source: Jeannerod, Louvet and Muller 2013, *Math. Comp.* 82, 2245, algorithm 1 (Kahan's).
  package static func differenceOfProducts(
    _ a: Double, _ b: Double, _ c: Double, _ d: Double
  ) -> Double {
    let product = c * d
    let error = product.addingProduct(-c, d)
    return (-product).addingProduct(a, b) + error
  }

  /// The divergence of two vectors of weights, normalised, times the sum of the first.
  ///
  ///     T Σ (t_i/T) log((t_i/T) / (m_i/M)) = Σ t_i ρ(m_i T / (t_i M)),  T = Σ t_i, M = Σ m_i
  ///
  /// - Special values: a target of 0 adds m_i T / M; +inf where a model is 0 and its target is not.
  /// - Accuracy: no term is negative; relative error about 1e-15 and 1e-16 for each doubling of the length.
  package static func weightedDivergence(target: [Double], model: [Double]) -> Double {
    let targetSum = compensatedSum(target.count) { target[$0] }
    let modelSum = compensatedSum(model.count) { model[$0] }
    let sumOfDifferences = compensatedSum(target.count) { model[$0] - target[$0] }
    return compensatedSum(target.count) { index in
      let (t, m) = (target[index], model[index])
      if t == 0 { return m / modelSum * targetSum }
      if m == 0 { return .infinity }
      let ratio = (m / t) * (targetSum / modelSum)
      guard ratio >= 0.5, ratio <= 2 else {
        return ratioExcess(products: m, targetSum, over: t, modelSum, times: t)
      }
      // m T - t M, from differences alone; without the powers of two of t and M nothing overflows.
      func scaled(_ value: Double, _ unit: Double) -> Double {
        Double(sign: .plus, exponent: -Int(unit.exponent), significand: value)
      }
      let difference = differenceOfProducts(
        scaled(m - t, t), scaled(targetSum, modelSum), t.significand,
        scaled(sumOfDifferences, modelSum))
      return t * logExcess(difference / (t.significand * modelSum.significand))
    }
  }

  /// Σ of values with the rounding of every addition added back at the end; the first sum that is not finite.
  package static func compensatedSum(_ count: Int, _ value: (Int) -> Double) -> Double {
    var sum = CompensatedSum()
    for index in 0..<count {
      sum.add(value(index))
      guard sum.rounded.isFinite else { return sum.rounded }
    }
    return sum.value
  }
}
