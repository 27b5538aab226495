/// A whole number that names a class.
public protocol ClassLabel: FixedWidthInteger & Sendable {}

extension Int: ClassLabel {}

extension Int32: ClassLabel {}

extension Int64: ClassLabel {}
