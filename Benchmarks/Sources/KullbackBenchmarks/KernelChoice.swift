import Foundation

/// The variables by which hosts and build machines preset OpenBLAS's kernels.
private let choices = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"]
private let record = "KULLBACK_BENCHMARKS_CLEARED"

/// Starts the process again without the variables that force OpenBLAS's kernels: they are read when
/// the library is loaded, before any code of ours.
func clearKernelChoice() {
  let forced = choices.compactMap { name in
    getenv(name).map { "\(name)=\(String(cString: $0))" }
  }
  guard !forced.isEmpty else { return }
  for name in choices { unsetenv(name) }
  setenv(record, forced.joined(separator: " "), 1)
  var arguments: [UnsafeMutablePointer<CChar>?] = CommandLine.arguments.map { strdup($0) }
  arguments.append(nil)
  execv("/proc/self/exe", &arguments)
  // Only after a failure: the table names the kernels in use in any case.
  let message = "cannot start again without \(forced.joined(separator: " "))\n"
  FileHandle.standardError.write(Data(message.utf8))
}

/// What was cleared from the environment of this process, as NAME=VALUE, or nil.
var clearedKernelChoice: String? { getenv(record).map { String(cString: $0) } }
