internal import Glibc

/// What libFuzzer calls for every input.
@_cdecl("LLVMFuzzerTestOneInput")
public func runOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  target.run([UInt8](UnsafeBufferPointer(start: data, count: size)))
  return 0
}

/// All arguments are libFuzzer's: the environment says which target runs.
private let target: Target = {
  guard let name = getenv("KULLBACK_FUZZ"), let target = Target(rawValue: String(cString: name))
  else {
    let names = Target.allCases.map(\.rawValue).joined(separator: " ")
    fatalError("KULLBACK_FUZZ has to be one of: \(names)")
  }
  return target
}()
