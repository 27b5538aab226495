import CKullback
import Foundation
import Kullback
import KullbackInference
import Testing

/// Clusters, families and fits are the library's.
@Suite struct FitTests {
  private func size<Value>(_: Value.Type) -> UInt32 { UInt32(MemoryLayout<Value>.size) }

  private func withSet<Result>(
    _ rows: [Double], _ columns: Int, _ body: (UnsafePointer<kullback_set>) -> Result
  ) -> Result {
    rows.withUnsafeBufferPointer { memory in
      var set = kullback_set_of(
        memory.baseAddress, KULLBACK_FLOAT64, KULLBACK_LOGITS, Int64(rows.count / columns),
        Int64(columns))
      return withUnsafePointer(to: &set) { body($0) }
    }
  }

  private static let rows: [Double] = (0..<240).map { Double(($0 * 13) % 29) / 5 }

  @Test func clustersAreTheLibrarys() throws {
    let wanted = try DistributionSet(logits: Matrix(Self.rows, rows: 40, columns: 6))
      .clusters(into: 4, by: .reverseKL, seed: 3, restarts: 2)
    var options = kullback_cluster_options()
    options.size = size(kullback_cluster_options.self)
    options.divergence = KULLBACK_CLUSTER_REVERSE_KL
    (options.clusters, options.seed) = (4, 3)
    (options.maximum_iterations, options.restarts) = (100, 2)
    var assignments = [Int64](repeating: -2, count: 40)
    var centroids = [Double](repeating: 0, count: 24)
    var sizes = [Int64](repeating: 0, count: 4)
    var result = kullback_cluster_result()
    result.size = size(kullback_cluster_result.self)
    let caller = Caller()
    let status = caller.run { run in
      assignments.withUnsafeMutableBufferPointer { first in
        centroids.withUnsafeMutableBufferPointer { second in
          sizes.withUnsafeMutableBufferPointer { third in
            (result.assignments, result.centroids) = (first.baseAddress, second.baseAddress)
            result.sizes = third.baseAddress
            return withSet(Self.rows, 6) { kullback_cluster_fit($0, &options, &result, nil, run) }
          }
        }
      }
    }
    #expect(status == KULLBACK_OK, "\(caller.message)")
    #expect(assignments.map { Int($0) } == wanted.assignments)
    #expect(centroids == wanted.centroids.values)
    #expect(sizes.map { Int($0) } == wanted.sizes)
    #expect(result.objective == wanted.objective)
    #expect(result.iterations == Int64(wanted.iterations))
    #expect(result.has_converged == 1)
  }

  @Test func stepsAddUp() throws {
    let set = try DistributionSet(logits: Matrix(Self.rows, rows: 40, columns: 6))
    let first = try set[0..<3].probabilities(as: Double.self).values
    let wanted = try ClusterPart(of: set, to: first)
    var (sums, others) = ([Double](repeating: 0, count: 36), [Double](repeating: 0, count: 36))
    var (sizes, otherSizes) = ([Int64](repeating: 0, count: 3), [Int64](repeating: 0, count: 3))
    var (cost, otherCost) = ([0.0, 0], [0.0, 0])
    var centroids = [Double](repeating: 0, count: 18)
    func part(
      _ sums: UnsafeMutablePointer<Double>, _ sizes: UnsafeMutablePointer<Int64>,
      _ cost: UnsafeMutablePointer<Double>
    ) -> kullback_cluster_part {
      kullback_cluster_part(
        size: size(kullback_cluster_part.self), divergence: KULLBACK_CLUSTER_FORWARD_KL,
        clusters: 3, classes: 6, sums: sums, sizes: sizes, objective: cost)
    }
    let caller = Caller()
    let status = caller.run { run in
      var one = part(&sums, &sizes, &cost)
      var two = part(&others, &otherSizes, &otherCost)
      let before = first.values
      let statuses = [
        withSet(Array(Self.rows[..<60]), 6) {
          kullback_cluster_step($0, before, &one, nil, nil, nil, run)
        },
        withSet(Array(Self.rows[60...]), 6) {
          kullback_cluster_step($0, before, &two, nil, nil, nil, run)
        },
        kullback_cluster_merge(&one, &two, run),
        kullback_cluster_centroids(&one, before, &centroids, run),
      ]
      return statuses.max() ?? KULLBACK_INTERNAL
    }
    #expect(status == KULLBACK_OK, "\(caller.message)")
    #expect(sizes.map { Int($0) } == wanted.sizes)
    #expect(cost[0] + cost[1] == wanted.objective)
    #expect(centroids == (try wanted.centroids(before: first).values))
    var (assignments, divergences) = (
      [Int64](repeating: 0, count: 40), [Double](repeating: 0, count: 40)
    )
    let assigned = try set.assignments(to: first)
    #expect(
      withSet(Self.rows, 6) {
        kullback_cluster_assign(
          $0, KULLBACK_CLUSTER_FORWARD_KL, first.values, 3, &assignments, &divergences, nil, nil)
      } == KULLBACK_OK)
    #expect(assignments.map { Int($0) } == assigned.assignments)
    #expect(divergences == assigned.divergences)
  }

  @Test func familiesAreTheLibrarys() throws {
    let (targets, models): ([Double], [Double]) = ([0, 1, 1, -1, 2, 3], [0.5, 2])
    var values = [Double](repeating: 0, count: 15)
    var statuses = [UInt8](repeating: 9, count: 3)
    #expect(
      kullback_family("normal", targets, 3, models, 1, 2, &values, 3, &statuses, nil)
        == KULLBACK_OK)
    let normal = try #require(NamedFamily.all.first { $0.name == "normal" })
    let wanted = try normal.evaluate(targets: [[0, 1], [1, -1], [2, 3]], models: [models])
    #expect(values[0] == wanted.forwardKL[0])
    #expect(values[2] == wanted.forwardKL[2])
    #expect(values[1].isNaN)
    #expect(values[12] == wanted.crossEntropy[0])
    #expect(statuses == [0, 1, 0])
    #expect(
      kullback_family("none", targets, 3, models, 1, 2, &values, 3, nil, nil) == KULLBACK_INVALID)
    #expect(
      kullback_family("normal", targets, 2, models, 1, 3, &values, 2, nil, nil)
        == KULLBACK_INVALID)
    let all = text { kullback_families($0, $1) }
    for family in NamedFamily.all { #expect(all.contains("\"name\":\"\(family.name)\"")) }
  }

  @Test func aSoftmaxRegressionIsTheLibrarys() throws {
    let features = (0..<60).map { Float(($0 * 17) % 23) / 7 }
    let labels = (0..<20).map { Int32(($0 * 7) % 3) }
    var regression = SoftmaxRegression()
    regression.penalty = 0.01
    let wanted = try regression.fit(
      features: Matrix(features, rows: 20, columns: 3), labels: labels.map { Int($0) })
    var options = kullback_softmax_options()
    options.size = size(kullback_softmax_options.self)
    (options.has_intercepts, options.forward_share, options.penalty) = (1, 1, 0.01)
    (options.temperature, options.gradient_tolerance, options.maximum_iterations) = (1, 1e-6, 1000)
    var (weights, intercepts) = ([Double](repeating: 0, count: 9), [Double](repeating: 0, count: 3))
    var result = kullback_softmax_result()
    result.size = size(kullback_softmax_result.self)
    let caller = Caller()
    let status = caller.run { run in
      features.withUnsafeBufferPointer { memory in
        labels.withUnsafeBufferPointer { classes in
          weights.withUnsafeMutableBufferPointer { first in
            intercepts.withUnsafeMutableBufferPointer { second in
              var matrix = kullback_matrix_of(memory.baseAddress, KULLBACK_FLOAT32, 20, 3)
              var given = kullback_labels()
              given.size = size(kullback_labels.self)
              (given.element, given.base) = (KULLBACK_INT32, UnsafeRawPointer(classes.baseAddress))
              (given.count, given.stride) = (20, 1)
              (result.weights, result.intercepts) = (first.baseAddress, second.baseAddress)
              return kullback_fit_softmax(
                &matrix, &given, nil, 3, nil, &options, &result, run)
            }
          }
        }
      }
    }
    #expect(status == KULLBACK_OK, "\(caller.message)")
    #expect(weights == wanted.model.weights.values)
    #expect(intercepts == wanted.model.intercepts)
    #expect(result.convergence == KULLBACK_CONVERGED_GRADIENT)
    #expect(result.objective == wanted.final.objective)
  }

  @Test func aMixtureIsTheLibrarys() throws {
    let samples = (0..<120).map { (k: Int) -> Double in
      let level: Double = k % 4 < 2 ? 0 : 20
      return Double((k * 37) % 41) / 9 + level
    }
    var search = ExpectationMaximisation(components: 2)
    search.seed = 4
    let wanted = try search.fit(samples: Matrix(samples, rows: 60, columns: 2))
    var options = kullback_mixture_options()
    options.size = size(kullback_mixture_options.self)
    (options.components, options.restarts, options.seed) = (2, 1, 4)
    (options.regularisation, options.tolerance, options.maximum_iterations) = (1e-6, 1e-9, 1000)
    var numbers = [Double](repeating: 0, count: 14)
    var result = kullback_mixture_result()
    result.size = size(kullback_mixture_result.self)
    let caller = Caller()
    let status = caller.run { run in
      samples.withUnsafeBufferPointer { memory in
        numbers.withUnsafeMutableBufferPointer { numbers in
          var matrix = kullback_matrix_of(memory.baseAddress, KULLBACK_FLOAT64, 60, 2)
          result.weights = numbers.baseAddress
          result.means = numbers.baseAddress.map { $0 + 2 }
          result.covariances = numbers.baseAddress.map { $0 + 6 }
          return kullback_fit_mixture(&matrix, nil, &options, &result, run)
        }
      }
    }
    #expect(status == KULLBACK_OK, "\(caller.message)")
    #expect(Array(numbers[..<2]) == wanted.mixture.weights)
    #expect(Array(numbers[2..<6]) == wanted.mixture.components.flatMap(\.mean))
    #expect(
      Array(numbers[6...]) == (try wanted.mixture.components.flatMap { try $0.covariance.values }))
    #expect(result.cross_entropy == wanted.crossEntropy)
    #expect(result.convergence == KULLBACK_CONVERGED_VALUE)
  }

  /// A density that this thread evaluates while another fits to it.
  @Test func aDensityIsAskedByAWord() throws {
    nonisolated(unsafe) let memory = UnsafeMutablePointer<Double>.allocate(capacity: 64 * 5)
    nonisolated(unsafe) let asked = UnsafeMutablePointer<Int64>.allocate(capacity: 1)
    defer {
      memory.deallocate()
      asked.deallocate()
    }
    func described(_ change: (inout kullback_density) -> Void = { _ in }) -> kullback_density {
      asked.pointee = 0
      var density = kullback_density()
      (density.size, density.dimension, density.room) = (size(kullback_density.self), 2, 64)
      (density.points, density.values) = (memory, UnsafePointer(memory + 128))
      (density.gradients, density.asked) = (UnsafePointer(memory + 192), asked)
      change(&density)
      return density
    }
    for change in [
      { $0.size = 1 }, { $0.dimension = 0 }, { $0.dimension = .max }, { $0.room = 0 },
      { $0.room = .max }, { $0.points = nil }, { $0.values = nil }, { $0.gradients = nil },
      { $0.asked = nil }, { $0.reserved = 1 },
    ] as [(inout kullback_density) -> Void] {
      var density = described(change)
      var options = kullback_normal_options()
      options.size = size(kullback_normal_options.self)
      var result = kullback_normal_result()
      result.size = size(kullback_normal_result.self)
      (result.mean, result.covariance) = (memory, memory)
      #expect(kullback_fit_normal(&density, &options, &result, nil) == KULLBACK_INVALID)
      #expect(kullback_fit_normal(nil, &options, &result, nil) == KULLBACK_INVALID)
      #expect(kullback_fit_normal(&density, nil, &result, nil) == KULLBACK_INVALID)
      #expect(kullback_fit_normal(&density, &options, nil, nil) == KULLBACK_INVALID)
    }
    nonisolated(unsafe) let density = described()
    nonisolated(unsafe) let results = UnsafeMutablePointer<Double>.allocate(capacity: 7)
    defer { results.deallocate() }
    let sizes = (size(kullback_normal_options.self), size(kullback_normal_result.self))
    let finished = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      var density = density
      var (options, result) = (kullback_normal_options(), kullback_normal_result())
      (options.size, result.size) = sizes
      (result.mean, result.covariance) = (results, results + 2)
      let status = kullback_fit_normal(&density, &options, &result, nil)
      results[6] = status == KULLBACK_OK && result.is_trusted == 1 ? 1 : 0
      kvw_give(asked, -2)
      finished.signal()
    }
    // -2: the call is over.
    while kvw_take(asked) != -2 {
      let count = Int(kvw_take(asked))
      guard count > 0 else {
        kvw_wait()
        continue
      }
      for row in 0..<count {
        let (x, y) = (memory[2 * row] - 1, memory[2 * row + 1] + 2)
        memory[128 + row] = -(x * x + y * y) / 2
        (memory[192 + 2 * row], memory[193 + 2 * row]) = (-x, -y)
      }
      kvw_give(asked, 0)
    }
    finished.wait()
    #expect(results[6] == 1)
    for (found, expected) in zip(
      UnsafeBufferPointer(start: results, count: 6), [1, -2, 1, 0, 0, 1] as [Double])
    {
      #expect(abs(found - expected) < 1e-5)
    }
  }
}
