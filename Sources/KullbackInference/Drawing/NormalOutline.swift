internal import KullbackMatrix
internal import CLibm

extension MultivariateNormal {
  /// The points of a plane's ellipse of so many standard deviations around the mean, a closed line.
  ///
  /// In two dimensions 39 % of the mass are within one deviation, 86 % within two.
  ///
  /// - Precondition: two dimensions.
  public func ellipse(deviations: Double, count: Int = 120) -> [PlanePoint] {
    Swift.precondition(dimension == 2, "an ellipse needs two dimensions")
    let (a, b, c) = (factor[0, 0], factor[1, 0], factor[1, 1])
    return (0..<count).map { index in
      let angle = 2 * Double.pi * Double(index) / Double(count)
      let (u, v) = (deviations * cos(angle), deviations * sin(angle))
      return PlanePoint(x: mean[0] + a * u, y: mean[1] + b * u + c * v)
    }
  }

  /// The standard deviation of every dimension by itself.
  public var deviations: [Double] {
    factor.withElements { factor, stride in
      (0..<dimension).map { squares(factor, $0 * stride, $0 + 1).squareRoot() }
    }
  }
}

extension GaussianMixture {
  /// From where to where each dimension's components reach, so many of their deviations around their means.
  public func extent(deviations: Double) -> [ClosedRange<Double>] {
    (0..<dimension).map { index in
      var (low, high) = (Double.infinity, -Double.infinity)
      for (weight, component) in zip(weights, components) where weight > 0 {
        let reach = deviations * component.deviations[index]
        low = min(low, component.mean[index] - reach)
        high = max(high, component.mean[index] + reach)
      }
      return low...high
    }
  }
}
