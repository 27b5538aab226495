#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif
internal import Kullback
internal import KullbackFiles
internal import KullbackInference

/// A mixture of normal distributions as JSON.
struct MixtureFile: Codable {
  /// What the dimensions are called, where that is known.
  let names: [String]?
  let weights: [Double]
  let means: [[Double]]
  let covariances: [[[Double]]]

  /// The mixture in these words.
  init(_ mixture: GaussianMixture, names: [String]?) throws {
    self.names = names
    weights = mixture.weights
    means = mixture.components.map(\.mean)
    covariances = try mixture.components.map { try Self.rows($0.covariance) }
  }

  static func rows(_ matrix: Matrix<Double>) -> [[Double]] {
    (0..<matrix.rows).map { matrix.row($0) }
  }

  /// Reads a mixture, and what its dimensions are called where the file says it.
  static func read(_ path: InputPath) throws -> (mixture: GaussianMixture, names: [String]?) {
    let bytes: [UInt8]
    do { bytes = try InputBytes.read(path.text) } catch { throw Failure(error) }
    let path = path.name
    if let place = JSONSyntax.mistake(in: bytes) {
      throw Failure(.invalidData, "\(path): \(place): this is not JSON")
    }
    if let repeated = JSONSyntax.repeatedKey(in: bytes) {
      throw Failure(.invalidData, "\(path): \"\(repeated.inBrief)\" stands in it twice")
    }
    let file: MixtureFile
    do {
      file = try JSONDecoder().decode(MixtureFile.self, from: Data(bytes))
    } catch let error as DecodingError {
      throw Failure(.invalidData, "\(path): \(error.inWords)")
    }
    let mixture = try file.mixture(path)
    if let names = file.names, names.count != mixture.dimension {
      throw Failure(
        .invalidData,
        "\(path): names: there are \(names.count) for \(Format.count(mixture.dimension, "dimension"))"
      )
    }
    return (mixture, file.names)
  }

  private func mixture(_ path: String) throws -> GaussianMixture {
    guard means.count == weights.count, covariances.count == weights.count else {
      throw Failure(
        .invalidData,
        "\(path): \(weights.count) weights, \(means.count) means and \(covariances.count) covariances: there"
          + " must be as many of each")
    }
    var components: [MultivariateNormal] = []
    for (index, (mean, rows)) in zip(means, covariances).enumerated() {
      guard rows.count == mean.count, rows.allSatisfy({ $0.count == mean.count }) else {
        throw Failure(
          .invalidData,
          "\(path): covariances[\(index)]: it must have \(mean.count) rows of \(mean.count)")
      }
      for row in rows.indices {
        for column in 0..<row
        where abs(rows[row][column] - rows[column][row])
          > 1e-9 * max(abs(rows[row][column]), abs(rows[column][row]))
        {
          throw Failure(
            .invalidData,
            "\(path): covariances[\(index)]: it is not symmetric: row \(row), column \(column) is"
              + " \(rows[row][column]), and the other way round \(rows[column][row])")
        }
      }
      do {
        components.append(try MultivariateNormal(mean: mean, covariance: Matrix(rows)))
      } catch {
        throw Failure(.invalidData, "\(path): component \(index): \(error)")
      }
    }
    do {
      return try GaussianMixture(weights: weights, components: components)
    } catch {
      throw Failure(.invalidData, "\(path): \(error)")
    }
  }
}
