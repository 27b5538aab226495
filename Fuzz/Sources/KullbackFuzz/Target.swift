internal import Glibc
internal import Kullback
internal import KullbackFiles

/// What is fuzzed.
enum Target: String, CaseIterable {
  case npy, csv, tsv, text, safetensors, labels, names, mixture, arguments, kernels

  /// Runs one input, which has to end in a result or in an error of the expected type.
  func run(_ bytes: [UInt8]) {
    switch self {
    case .npy: withFile(bytes, "input.npy", readTable)
    case .csv: withFile(bytes, "input.csv", readTable)
    case .tsv: withFile(bytes, "input.tsv", readTable)
    case .text: withFile(bytes, "input", readTable)
    case .labels:
      withFile(bytes, "input") { _ = try? MatrixReader.readLabels($0) }
      withFile(bytes, "input.npy") { _ = try? NPY.readLabels($0) }
    case .names: withFile(bytes, "input.txt", readNames)
    case .safetensors: withFile(bytes, "input.safetensors", readTensors)
    case .mixture: withFile(bytes, "input.json", readMixture)
    case .arguments: checkArguments(String(decoding: bytes, as: UTF8.self))
    case .kernels: KernelCase(bytes).check()
    }
  }
}

private let folder: String = {
  var name = Array(("/tmp/kullback-fuzz-" + String(repeating: "X", count: 6)).utf8CString)
  guard mkdtemp(&name) != nil else { fatalError("no temporary folder") }
  let path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  return path
}()

/// Calls `body` with a file of these bytes.
private func withFile(_ bytes: [UInt8], _ name: String, _ body: (String) -> Void) {
  let path = folder + "/" + name
  let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  guard descriptor >= 0, write(descriptor, bytes, bytes.count) == bytes.count else {
    fatalError("\(path) cannot be written")
  }
  close(descriptor)
  body(path)
  unlink(path)
}

/// Reads every element: those that lie elsewhere than the header says are found by the sanitizer.
private func touch(_ matrix: AnyMatrix) {
  var (sum, rest) = (0.0, 1 << 16)
  for row in 0..<matrix.rows {
    guard rest > 0 else { break }
    for column in 0..<matrix.columns { sum += matrix.value(row: row, column: column) }
    rest -= max(1, matrix.columns)
  }
  if matrix.rows > 0, matrix.columns > 0 {
    sum += matrix.value(row: matrix.rows - 1, column: matrix.columns - 1)
  }
  if sum == 0.1234567 { print(sum) }
}

private func readTable(_ path: String) {
  guard let table = try? MatrixReader.read(path) else { return }
  touch(table.matrix)
  if let labels = table.rowLabels { expect(labels.count == table.matrix.rows, "a label a row") }
  if let names = table.columnNames {
    expect(names.count == table.matrix.columns, "a name a column")
  }
}

private func readNames(_ path: String) {
  for count in 0..<4 {
    guard let names = try? RowNames.read(path, count: count) else { continue }
    expect(names.count == count, "as many names as asked for")
  }
}

private func readTensors(_ path: String) {
  guard let file = try? Safetensors.read(path) else { return }
  for tensor in file.tensors.values { touch(tensor.matrix) }
}

private func readMixture(_ path: String) {
  guard let mixture = try? MixtureFile.read(path).mixture else { return }
  expect(mixture.weights.allSatisfy { $0 >= 0 && $0 <= 1 }, "weights are probabilities")
}

private func checkArguments(_ text: String) {
  if let range = RowRange(argument: text) {
    for count in [0, 1, 1000, Int.max] {
      guard let rows = try? range.resolved(count: count) else { continue }
      expect(rows.lowerBound >= 0 && rows.upperBound <= count, "rows lie in the file")
    }
  }
  if let amount = ByteCount(argument: text) {
    expect(amount.bytes >= ByteCount.least, "at least the least")
  }
  if let base = LogarithmBase(argument: text) {
    expect(LogarithmBase(argument: base.description) == base, "a base is written as it is read")
  }
  if let list = try? MeasureList(parsing: text) {
    let again = try? MeasureList(parsing: list.description)
    expect(again == list, "measures are written as they are read")
  }
}

/// Ends the process where something does not hold, so that libFuzzer keeps the input.
func expect(_ holds: Bool, _ what: @autoclosure () -> String) {
  guard !holds else { return }
  fatalError("it does not hold that: " + what())
}
