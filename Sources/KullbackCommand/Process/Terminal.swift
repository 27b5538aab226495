internal import KullbackSystem

/// What is known of the terminal that a stream may be connected to.
enum Terminal {
  /// Columns that tables may take where the reader is not a terminal.
  static let defaultWidth = 120

  static func isTerminal(_ descriptor: Int32) -> Bool {
    isatty(descriptor) == 1
  }

  /// The width of standard output in columns.
  static var width: Int {
    guard isTerminal(STDOUT_FILENO) else { return defaultWidth }
    var size = winsize()
    // SAFETY: TIOCGWINSZ fills the winsize that it is given, and nothing else.
    let answer = unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size)
    return answer == 0 && size.ws_col > 0 ? Int(size.ws_col) : defaultWidth
  }
}
