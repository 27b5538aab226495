import Foundation
import Kullback
import KullbackInference

/// An evaluation of a variational fit: a logistic regression's log posterior and its gradient at many points.
func logisticPosteriorWork(observations: Int, features: Int, points: Int) -> Work {
  Work(
    name: "logistic posterior and gradient at \(points) points",
    shape: "\(observations) x \(features)", type: Double.benchmarkName,
    amount: 4 * Double(observations * features * points), limit: .product(.float64)
  ) {
    let data = Matrix<Double>(
      (0..<observations).map { row in
        (0..<features).map { sin(Double(row * features + $0) * 0.7) }
      })
    let labels = (0..<observations).map { $0 % 3 == 0 ? 1 : 0 }
    let density = try BayesianLogisticRegression(features: data, labels: labels)
    let places = Matrix<Double>(
      (0..<points).map { row in (0..<features).map { cos(Double(row + 3 * $0)) / 10 } })
    let latest = Box(([Double](), Matrix<Double>(rows: points, columns: features)))
    return Prepared { _ in
      latest.value.0 = try density.logDensities(at: places, gradients: &latest.value.1)
    } confirm: {
      for row in sampledRows(points) {
        var value = -Double(features) * log(2 * Double.pi) / 2
        var slope = -places[row, 0]
        for column in 0..<features { value -= places[row, column] * places[row, column] / 2 }
        for index in 0..<observations {
          let logit = (0..<features).reduce(0) { $0 + data[index, $1] * places[row, $1] }
          value += Double(labels[index]) * logit - log1p(exp(logit))
          slope += data[index, 0] * (Double(labels[index]) - 1 / (1 + exp(-logit)))
        }
        try check(latest.value.0[row], value, relative: 1e-12, "the log posterior at \(row)")
        try check(
          latest.value.1[row, 0], slope, relative: 1e-9, absolute: 1e-9, "the gradient at \(row)")
      }
    }
  }
}
