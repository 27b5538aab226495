/// The logits of a model, and those of one that was trained to be like it.
let teacher: [Float] = (0..<64 * 1000).map { Float($0 * 7919 % 1000) / 250 }
let student: [Float] = teacher.enumerated().map { $1 + Float($0 % 13) / 100 }

/// The right class of each row.
let labels: [Int] = (0..<64).map { $0 * 31 % 1000 }
