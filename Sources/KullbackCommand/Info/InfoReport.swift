internal import Kullback

/// What `info` says.
///
/// Its JSON has the names of the properties of `Machine`, and `memoryReadRate` in bytes a second,
/// `productRate` in operations a second (of a float32 product), `version`.
struct InfoReport {
  let machine: Machine
  let readRate: Double
  let productRate: Double

  var lines: [String] {
    let rows = [
      ("kullback", KullbackTool.version),
      ("processor", machine.processor ?? "unknown"),
      (
        "instruction set",
        "\(machine.instructionSet) (of \(machine.availableInstructionSets.joined(separator: ", ")))"
      ),
      ("threads", String(machine.threads)),
      ("memory read", Format.rate(readRate, "B/s")),
      ("OpenBLAS", "\(machine.blasVersion), kernels for \(kernel), \(machine.blasThreads) threads"),
      ("float32 product", Format.rate(productRate, "FLOP/s")),
      ("BLAS library", machine.blasLibrary ?? "unknown"),
      ("LAPACK library", machine.lapackLibrary ?? "unknown"),
    ]
    var table = Table([.init(title: "", alignsLeft: true), .init(title: "", alignsLeft: true)])
    for (name, value) in rows { table.append([name, value]) }
    return Array(table.lines(width: nil).dropFirst())
  }

  private var kernel: String {
    guard let forced = machine.forcedBLASKernel else { return machine.blasKernel }
    let otherwise = machine.blasKernelOtherwise.map { "; otherwise \($0)" } ?? ""
    return "\(machine.blasKernel) (OPENBLAS_CORETYPE is \"\(forced)\"\(otherwise))"
  }
}

extension InfoReport: Encodable {
  private enum Key: String, CodingKey {
    case processor, instructionSet, availableInstructionSets, threads, blasVersion, blasKernel
    case forcedBLASKernel, blasKernelOtherwise, blasThreads, blasLibrary, lapackLibrary
    case memoryReadRate, productRate, version
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(machine.processor, forKey: .processor)
    try container.encode(machine.instructionSet, forKey: .instructionSet)
    try container.encode(machine.availableInstructionSets, forKey: .availableInstructionSets)
    try container.encode(machine.threads, forKey: .threads)
    try container.encode(machine.blasVersion, forKey: .blasVersion)
    try container.encode(machine.blasKernel, forKey: .blasKernel)
    try container.encode(machine.forcedBLASKernel, forKey: .forcedBLASKernel)
    try container.encode(machine.blasKernelOtherwise, forKey: .blasKernelOtherwise)
    try container.encode(machine.blasThreads, forKey: .blasThreads)
    try container.encode(machine.blasLibrary, forKey: .blasLibrary)
    try container.encode(machine.lapackLibrary, forKey: .lapackLibrary)
    try container.encode(readRate, forKey: .memoryReadRate)
    try container.encode(productRate, forKey: .productRate)
    try container.encode(KullbackTool.version, forKey: .version)
  }
}
