internal import Kullback
internal import KullbackInference

/// What a picture of a fit shows: the target or the samples, and the fit upon it.
struct FitPicture {
  /// What lies below the fit.
  enum Ground {
    /// Regions of the plane that hold shares of the target's mass, the largest first.
    case regions([[[PlanePoint]]])
    case dots([PlanePoint])
    case curve(DensityCurve)
    case bars(Histogram)
  }

  /// What is drawn of the fit.
  enum Fit {
    /// For each component its mean, and its ellipses of one and two deviations.
    case ellipses([(mean: PlanePoint, lines: [[PlanePoint]])])
    case curve(DensityCurve)
  }

  let ground: Ground
  let fit: Fit
  let x: ClosedRange<Double>
  let y: ClosedRange<Double>
  let captions: (x: String, y: String)
  let title: String
  let notes: [String]

  /// Shares of the mass whose regions are drawn.
  static let masses = [0.95, 0.8, 0.6, 0.4, 0.2]
  /// More samples than so many are thinned evenly.
  private static let mostDots = 2000

  init(_ subject: FitSubject, _ result: GaussianResult, title: String, notes: [String]) throws {
    let mixture = try result.mixture()
    (self.title, self.notes) = (title, notes)
    let ranges = Self.ranges(subject, mixture)
    x = ranges[0]
    guard subject.dimension == 2 else {
      let curve = try DensityCurve(mixture, over: x, count: 400)
      fit = .curve(curve)
      var height = curve.height
      switch subject.kind {
      case .samples(let samples, let weights):
        let bars = try Histogram(samples.values, weights: weights, over: x, bins: 40)
        ground = .bars(bars)
        height = max(height, bars.height)
      case .density(let density):
        let target = try DensityCurve(density, over: x, count: 400)
        ground = .curve(target)
        height = max(height, target.height)
      }
      y = 0...height * 1.05
      captions = ("x", "density")
      return
    }
    y = ranges[1]
    captions = ("x₁", "x₂")
    fit = .ellipses(
      mixture.components.map { component in
        (
          PlanePoint(x: component.mean[0], y: component.mean[1]),
          [component.ellipse(deviations: 1), component.ellipse(deviations: 2)]
        )
      })
    switch subject.kind {
    case .samples(let samples, _):
      let step = max(1, samples.rows / Self.mostDots)
      ground = .dots(
        stride(from: 0, to: samples.rows, by: step).map {
          PlanePoint(x: samples[$0, 0], y: samples[$0, 1])
        })
    case .density(let density):
      let grid = try DensityGrid(density, x: x, y: y, count: 160)
      ground = .regions(Self.masses.map { grid.region(mass: $0) })
    }
  }

  /// From where to where each axis goes: the fit, and what is known of the target.
  private static func ranges(
    _ subject: FitSubject, _ mixture: GaussianMixture
  ) -> [ClosedRange<Double>] {
    let fitted = mixture.extent(deviations: 2.5)
    switch subject.kind {
    case .samples(let samples, _):
      return fitted.indices.map { column in
        let values = (0..<samples.rows).map { samples[$0, column] }
        let (low, high) = (values.min() ?? 0, values.max() ?? 0)
        // Dots at the edge are to be whole.
        let margin = 0.02 * (high - low)
        return joined(fitted[column], low - margin...high + margin)
      }
    case .density(let density as GaussianMixture):
      return zip(fitted, density.extent(deviations: 3.5)).map(joined)
    case .density: return mixture.extent(deviations: 4)
    }
  }

  private static func joined(
    _ a: ClosedRange<Double>, _ b: ClosedRange<Double>
  ) -> ClosedRange<Double> {
    min(a.lowerBound, b.lowerBound)...max(a.upperBound, b.upperBound)
  }
}
