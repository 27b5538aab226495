/// What is written for every element of a row.
public enum RowOutput: Int32, Sendable {
  /// log p.
  case logSoftmax = 0
  /// p.
  case softmax = 1
}
