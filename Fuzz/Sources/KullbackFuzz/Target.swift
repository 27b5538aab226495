internal import Glibc
internal import Kullback
internal import KullbackFiles

/// What is fuzzed.
enum Target: String, CaseIterable {
  case npy, npz, base, csv, tsv, text, safetensors, labels, names, mixture, arguments, kernels

  /// Runs one input, which has to end in a result or in an error of the expected type.
  func run(_ bytes: [UInt8]) {
    switch self {
    case .npy: withFile(bytes, "input.npy", readTables)
    case .npz: withFile(bytes, "input.npz", readArchive)
    case .base: withFile(bytes, "input.base", readBase)
    case .csv: withFile(bytes, "input.csv", readTables)
    case .tsv: withFile(bytes, "input.tsv", readTables)
    case .text: withFile(bytes, "input", readTables)
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
  // In memory where that is possible: a file on a disk takes longer than reading it.
  let room = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
  var name = Array((room + "/kullback-fuzz-" + String(repeating: "X", count: 6)).utf8CString)
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

/// Ways of reading a table beside the rules' own, one of which the input chooses by its length.
private let ways: [TableOptions] = {
  var ways = [TableOptions](repeating: TableOptions(), count: 6)
  ways[0].isTransposed = true
  ways[1].header = true
  ways[1].labelColumns = [.numbers(1...2)]
  ways[2].header = false
  ways[2].labelColumns = []
  ways[2].columns = [.from(2), .numbers(1...1)]
  ways[3].columns = [.name("b"), .name("a")]
  ways[4].long = LongColumns(
    row: .numbers(1...1), column: .numbers(2...2), value: .numbers(3...3), absent: 0)
  ways[5].long = LongColumns(
    row: .name("a"), column: .name("name"), value: .name("b"), absent: nil)
  ways += [TableOptions(.features), TableOptions(.parameters)]
  for (separator, decimal) in [
    (ColumnSeparator.blanks, DecimalMark.point), (.character(";"), .comma),
    (.character(","), .comma),
  ] {
    var way = TableOptions()
    (way.separator, way.decimal, way.missing) = (separator, decimal, .zero)
    ways.append(way)
  }
  for encoding in [TextEncoding.latin1, .windows1252, .utf16] {
    var way = TableOptions()
    way.encoding = encoding
    ways.append(way)
  }
  return ways
}()

private func readTables(_ path: String) {
  readTable(path, TableOptions())
  var size = stat()
  guard stat(path, &size) == 0 else { return }
  readTable(path, ways[Int(size.st_size) % ways.count])
}

private func readTable(_ path: String, _ options: TableOptions) {
  guard let table = try? MatrixReader.read(path, options: options) else { return }
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

private func readArchive(_ path: String) {
  for name in ["", ":a", ":b", ":"] { readTable(path + name, TableOptions(.features)) }
}

private func readBase(_ path: String) {
  guard let file = try? LlamaBaseFile(path: path) else { return }
  touch(file.units)
  expect(file.nextTokens.count == file.units.rows, "a token follows every row")
  expect(
    file.nextTokens.allSatisfy { $0 >= 0 && Int($0) < file.classes }, "tokens are classes")
  let coded = CodedDistributions(units: file.units, classes: file.classes)
  guard let merged = try? coded.merged(with: coded, threads: 1),
    let found = try? evaluate(target: merged.target, model: merged.model, threads: 1)
  else { return }
  expect(found[.forwardKL].allSatisfy { $0.isNaN || $0 == 0 }, "a row is as far from itself as 0")
}

private func readTensors(_ path: String) {
  readTable(path, TableOptions(.features))
  guard let file = try? Safetensors.read(path) else { return }
  for (name, tensor) in file.tensors {
    touch(tensor.matrix)
    readTable("\(path):\(name)", TableOptions(.features))
  }
  guard let named = try? SoftmaxFile.read(InputPath(path)) else { return }
  let model = named.model
  expect(
    model.temperature > 0 && model.temperature < .infinity, "a model's temperature is positive")
  expect(
    named.features.map { $0.count == model.features } ?? true, "features have a name each")
  expect(named.classes.map { $0.count == model.classes } ?? true, "classes have a name each")
}

private func readMixture(_ path: String) {
  guard let mixture = try? MixtureFile.read(InputPath(path)).mixture else { return }
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
