// swift-tools-version: 6.2
import PackageDescription

let withoutMemorySafety: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let strict = withoutMemorySafety + [.strictMemorySafety()]

let package = Package(
  name: "Kullback",
  products: [
    .library(name: "Kullback", targets: ["Kullback"]),
    .library(name: "KullbackInference", targets: ["KullbackInference"]),
    .library(name: "KullbackFiles", targets: ["KullbackFiles"]),
    // Outside the stability promise until 1.0: for benchmarks and for those who build on the kernels.
    .library(name: "KullbackKernels", targets: ["KullbackKernels"]),
    .library(name: "KullbackLinearAlgebra", targets: ["KullbackLinearAlgebra"]),
    .executable(name: "kullback", targets: ["KullbackCommand"]),
    .library(name: "kullback-c", type: .dynamic, targets: ["KullbackC"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .systemLibrary(
      name: "COpenBLAS",
      pkgConfig: "openblas",
      providers: [
        .apt(["libopenblas-dev", "liblapacke-dev"]),
        .brew(["openblas"]),
      ]),
    .systemLibrary(
      name: "CZlib",
      pkgConfig: "zlib",
      providers: [
        .apt(["zlib1g-dev"]),
        .brew(["zlib"]),
      ]),
    .systemLibrary(name: "CMalloc"),
    .systemLibrary(name: "CLibm"),
    .target(name: "KullbackSystem", swiftSettings: strict),
    .target(name: "CVectorKernels", exclude: ["README.md"]),
    .target(name: "KullbackMatrix", dependencies: ["KullbackSystem"], swiftSettings: strict),
    .target(
      name: "KullbackLinearAlgebra",
      dependencies: ["COpenBLAS", "KullbackMatrix", "KullbackSystem"],
      swiftSettings: strict),
    .target(
      name: "KullbackKernels",
      dependencies: ["CVectorKernels", "KullbackMatrix", "KullbackSystem"],
      swiftSettings: strict),
    .target(
      name: "Kullback",
      dependencies: ["CLibm", "KullbackKernels", "KullbackLinearAlgebra", "KullbackMatrix"],
      swiftSettings: strict),
    .target(
      name: "KullbackInference",
      dependencies: [
        "CLibm", "Kullback", "KullbackKernels", "KullbackLinearAlgebra", "KullbackMatrix",
      ],
      swiftSettings: strict),
    .target(
      name: "KullbackFiles",
      dependencies: ["CZlib", "KullbackMatrix", "KullbackSystem"],
      swiftSettings: strict),
    .target(name: "CKullback", exclude: ["exports.map"]),
    .target(
      name: "KullbackC",
      dependencies: ["CKullback", "Kullback", "KullbackInference", "KullbackMatrix"],
      swiftSettings: strict),
    .executableTarget(
      name: "KullbackCommand",
      dependencies: [
        "CKullback", "CLibm", "CMalloc", "Kullback", "KullbackFiles", "KullbackInference",
        "KullbackLinearAlgebra",
        "KullbackSystem",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .target(
      name: "COracle", path: "Tests/COracle", linkerSettings: [.linkedLibrary("m")]),
    .target(
      name: "KullbackTestSupport",
      dependencies: ["CLibm", "COracle", "KullbackMatrix", "KullbackSystem"],
      path: "Tests/KullbackTestSupport",
      swiftSettings: strict),
    .testTarget(
      name: "KullbackMatrixTests",
      dependencies: ["KullbackMatrix", "KullbackTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "KullbackLinearAlgebraTests",
      dependencies: ["KullbackLinearAlgebra", "KullbackTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "KullbackKernelsTests",
      dependencies: [
        "CLibm", "CVectorKernels", "KullbackKernels", "KullbackSystem", "KullbackTestSupport",
      ],
      exclude: ["Golden/make_golden.py"],
      resources: [.copy("Golden/golden.json")],
      swiftSettings: strict),
    .testTarget(
      name: "KullbackTests",
      dependencies: ["CLibm", "Kullback", "KullbackTestSupport"],
      exclude: ["Golden/make_pairwise_golden.py", "Golden/make_statistics.py"],
      resources: [.copy("Golden/pairwise.json"), .copy("Golden/statistics.json")],
      swiftSettings: strict),
    .testTarget(
      name: "KullbackInferenceTests",
      dependencies: [
        "Kullback", "KullbackFiles", "KullbackInference", "KullbackLinearAlgebra",
        "KullbackTestSupport",
      ],
      resources: [.copy("Golden")],
      swiftSettings: strict),
    .testTarget(
      name: "KullbackFilesTests",
      dependencies: ["CZlib", "KullbackFiles", "KullbackMatrix", "KullbackTestSupport"],
      exclude: ["Fixtures"], swiftSettings: strict),
    .testTarget(
      name: "KullbackCTests",
      dependencies: [
        "CKullback", "Kullback", "KullbackC", "KullbackInference", "KullbackTestSupport",
      ],
      // All that is tested there is unsafe.
      exclude: ["Programs"], swiftSettings: withoutMemorySafety),
    .testTarget(
      name: "KullbackCommandTests",
      dependencies: [
        "KullbackCommand", "KullbackTestSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      exclude: ["Llama"], swiftSettings: strict),
  ]
)
