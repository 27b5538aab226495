/// What the kernel says of an x86-64 processor, as far as OpenBLAS chooses by it.
struct ProcessorFeatures: Equatable, Sendable {
  let vendor: String
  let flags: Set<String>

  /// Reads the first processor's entry of a /proc/cpuinfo; nil when it names neither vendor nor flags.
  init?(cpuinfo: String) {
    var fields: [Substring: Substring] = [:]
    for line in cpuinfo.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard let name = parts.first, parts.count == 2 else { continue }
      let end = name.lastIndex { $0 != "\t" && $0 != " " } ?? name.startIndex
      let key = name[...end]
      if fields[key] == nil { fields[key] = parts[1].drop { $0 == " " } }
    }
    guard let vendor = fields["vendor_id"], let flags = fields["flags"] else { return nil }
    self.vendor = String(vendor)
    self.flags = Set(flags.split(separator: " ").map(String.init))
  }

  /// The kernels that OpenBLAS picks by itself, or nil where this rule does not reach (processors
  /// without AVX2).
  var openBLASKernel: String? {
    if flags.isSuperset(of: ["avx512f", "avx512vl", "avx512bw", "avx512dq", "avx512cd"]) {
      return flags.contains("avx512_bf16") ? "Cooperlake" : "SkylakeX"
    }
    guard flags.isSuperset(of: ["avx2", "fma"]) else { return nil }
    return vendor == "AuthenticAMD" || vendor == "HygonGenuine" ? "Zen" : "Haswell"
  }

  /// This machine's, or nil where there is no /proc/cpuinfo of an x86-64 processor.
  static let ofThisMachine: ProcessorFeatures? = {
    #if os(Linux) && arch(x86_64)
      guard let text = readText("/proc/cpuinfo") else { return nil }
      return ProcessorFeatures(cpuinfo: text)
    #else
      return nil
    #endif
  }()
}
