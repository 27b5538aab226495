import Kullback
import KullbackKernels

/// How large the shapes are.
public enum Extent: String, Sendable {
  /// As they are asked for: matrices of up to 1 GiB.
  case full
  /// An eighth of the rows (of the classes where there is one row): for a first look.
  case quick

  func rows(_ count: Int) -> Int { self == .full ? count : max(1, count / 8) }
}

/// All work, in the order of the table: work on the same data stands together.
public func catalogue(_ extent: Extent) -> [Work] {
  let rows = extent.rows
  var works: [Work] = []
  for (count, classes) in [(4096, 32_768), (65_536, 128)] {
    for measures in [PairMeasures.forward, .oneRead, .jensenShannonToo, .everything] {
      works.append(pairWork(Float.self, measures, rows: rows(count), classes: classes))
    }
    works.append(evaluateWork(Float.self, rows: rows(count), classes: classes))
  }
  for (count, classes) in [(4096, 1000), (64, 262_144)] {
    works.append(pairWork(Float.self, .oneRead, rows: rows(count), classes: classes))
  }
  works += shortPairWorks(rows)
  works.append(
    pairWork(Float.self, .oneRead, rows: 1, classes: extent == .full ? 100_000_000 : 12_500_000))
  works += pairWorks(Float16.self, rows) + pairWorks(BFloat16.self, rows)
  works += pairWorks(Double.self, rows)
  works.append(
    pairWork(Float.self, .forward, rows: rows(4096), classes: 32_768, probabilities: true))
  works.append(
    pairWork(Double.self, .forward, rows: rows(4096), classes: 4096, probabilities: true))
  works.append(
    pairWork(Float.self, .oneRead, rows: rows(4096), classes: 32_768, likeness: .alike))
  works.append(pairWork(Float.self, .oneRead, rows: rows(65_536), classes: 128, likeness: .alike))
  works += powerWorks(rows)
  works += rowWorks(rows)
  works += gradientWorks(rows)
  works += pairwiseWorks(rows)
  return works + clusterWorks(rows) + [
    logisticPosteriorWork(observations: rows(10_000), features: 50, points: 256),
    normalsWork(pairs: rows(10_000), dimension: 32), normalsWork(pairs: rows(200), dimension: 512),
    textWork(rows: rows(100_000), columns: 100), textWork(rows: rows(2_000_000), columns: 3),
  ] + ["npy", "npz", "safetensors"].map { arrayFileWork($0, rows: rows(4096), classes: 8192) }
    + products
}

/// Rows of few classes, of which a user has very many: histograms, classifiers, topics, small vocabularies.
private func shortPairWorks(_ rows: (Int) -> Int) -> [Work] {
  [
    (65_536, 64), (262_144, 32), (65_536, 256), (16_384, 1000), (1_048_576, 10), (1_048_576, 2),
    (262_144, 17),
  ].flatMap { count, classes in
    [PairMeasures.forward, .oneRead].map {
      pairWork(Float.self, $0, rows: rows(count), classes: classes)
    }
  }
}

/// All pairs of two sets.
private func pairwiseWorks(_ rows: (Int) -> Int) -> [Work] {
  [(2000, 1000), (500, 32_768), (10_000, 128)].flatMap { count, classes in
    [true, false].flatMap { probabilities in
      [
        pairwiseWork(
          Float.self, .forwardKL, targets: rows(count), models: count, classes: classes,
          probabilities: probabilities),
        pairwiseWork(
          Double.self, .forwardKL, targets: rows(count), models: count, classes: classes,
          probabilities: probabilities),
      ]
    }
  } + [
    pairwiseWork(
      Float.self, .jensenShannon, targets: rows(2000), models: 2000, classes: 1000,
      probabilities: true),
    nearestWork(10, queries: rows(10_000), rows: 100_000, classes: 128),
  ]
}

/// What reads, or writes, one matrix.
private func rowWorks(_ rows: (Int) -> Int) -> [Work] {
  var works: [Work] = []
  for (count, classes) in [(8192, 32_768), (65_536, 1000), (65_536, 128)] {
    works.append(rankWork(Float.self, rows: rows(count), classes: classes))
    works += rowWorks(Float.self, rows: rows(count), classes: classes)
  }
  for (count, classes) in [(8192, 1000), (1_048_576, 10)] {
    works += rowWorks(Float.self, rows: rows(count), classes: classes)
  }
  for (count, classes) in [(8192, 1000), (65_536, 128)] {
    works += rowWorks(Float16.self, rows: rows(count), classes: classes)
    works += rowWorks(BFloat16.self, rows: rows(count), classes: classes)
  }
  return works + softmaxWorks(rows)
}

private func rowWorks<Element: BenchmarkElement>(
  _: Element.Type, rows: Int, classes: Int
) -> [Work] {
  [
    labelWork(Element.self, rows: rows, classes: classes),
    rowWork(Element.self, .entropy, rows: rows, classes: classes),
    rowWork(Element.self, .logNormaliser, rows: rows, classes: classes),
  ]
}

private func softmaxWorks(_ rows: (Int) -> Int) -> [Work] {
  [(65_536, 128), (8192, 1024), (256, 131_072), (1_048_576, 10), (4096, 32_768)].flatMap {
    count, classes in
    [(RowOutput.logSoftmax, Placement.another), (.logSoftmax, .same), (.softmax, .another)].map {
      softmaxWork(Float.self, $0, $1, rows: rows(count), classes: classes)
    }
  }
}

private func powerWorks(_ rows: (Int) -> Int) -> [Work] {
  [("chi-squared", 2), ("Bhattacharyya", 0.5), ("Rényi 1.5", 1.5)].map { name, order in
    powerWork(Float.self, name, order: order, rows: rows(4096), classes: 4096)
  }
}

private func gradientWorks(_ rows: (Int) -> Int) -> [Work] {
  [(8192, 4096), (65_536, 128)].flatMap { count, classes in
    [PairGradient.divergence, .reversedDivergence].map {
      gradientWork(Float.self, $0, rows: rows(count), classes: classes)
    }
  }
}

private func clusterWorks(_ rows: (Int) -> Int) -> [Work] {
  [
    clusterWork(.forwardKL, rows: rows(1_000_000), classes: 128, clusters: 100),
    clusterWork(.reverseKL, rows: rows(1_000_000), classes: 128, clusters: 100),
    clusterWork(
      .forwardKL, rows: rows(1_000_000), classes: 128, clusters: 100, probabilities: true),
  ]
}

private func pairWorks<Element: BenchmarkElement>(
  _: Element.Type, _ rows: (Int) -> Int
) -> [Work] {
  [(4096, 32_768), (16_384, 1000), (65_536, 128), (1_048_576, 10)].map { count, classes in
    pairWork(Element.self, .oneRead, rows: rows(count), classes: classes)
  }
}

private var products: [Work] {
  [
    gemmWork(Float.self, order: 2048), gemmWork(Double.self, order: 2048),
    syrkWork(Double.self, order: 2048),
    trsmWork(Double.self, order: 32, times: 1000), trsmWork(Double.self, order: 512),
    potrfWork(Double.self, order: 32, times: 1000), potrfWork(Double.self, order: 512),
    potrfWork(Double.self, order: 2048),
  ]
}
