import KullbackInference

/// Numbers in -1...1 that look like noise, the same in every run.
private func noise(_ rows: Int, _ columns: Int) -> Matrix<Double> {
  var state: UInt64 = 1
  let values = (0..<rows * columns).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 32) / 0x1p31 - 1
  }
  return Matrix(values, rows: rows, columns: columns)
}

/// Features, and classes that go with the sign of the first two of them, but for some rows.
let images = noise(300, 4)
let digits = (0..<300).map { row in
  row % 7 == 0 ? row % 3 : (images[row, 0] > 0 ? 1 : images[row, 1] > 0 ? 2 : 0)
}

/// Features, and classes that go with the first of them, but for some rows.
let x = noise(300, 2)
let y = (0..<300).map { row in row % 5 == 0 ? row % 2 : (x[row, 0] > 0 ? 1 : 0) }
