/// What an element of a matrix is stored as.
public enum ElementKind: UInt8, Sendable, CaseIterable {
  case float32 = 0
  case float64 = 1
  case float16 = 2
  case bfloat16 = 3
  case int32 = 4
  case int64 = 5
}
