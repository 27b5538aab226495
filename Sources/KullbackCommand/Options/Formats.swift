internal import KullbackFiles

/// The formats of files, as help texts and errors name them.
enum Formats {
  /// What is read.
  static let ofInputs = FileFormat.endings(of: FileFormat.ofInputs)
  /// What results are written as.
  static let ofResults = FileFormat.endings(of: FileFormat.ofResults)
  /// What results of rows are written as.
  static let ofRows = FileFormat.endings(of: FileFormat.ofRows)
  /// What pictures are written as.
  static let ofPictures = FileFormat.endings(of: FileFormat.ofPictures)
}
