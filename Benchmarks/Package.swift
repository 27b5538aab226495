// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "KullbackBenchmarks",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "kullback-benchmarks", targets: ["KullbackBenchmarks"])
  ],
  dependencies: [
    // By name, so that the clone's folder may be called anything.
    .package(name: "Kullback", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // Without its traits, which intercept malloc and reference counting.
    .package(url: "https://github.com/ordo-one/benchmark", exact: "1.38.1", traits: []),
  ],
  targets: [
    // The limits of the machine: how fast memory is read and copied.
    .target(name: "CLimits"),
    // What is measured: shapes, data, the call, and the check of its answer.
    .target(
      name: "KernelWork",
      dependencies: [
        "CLimits",
        .product(name: "Kullback", package: "Kullback"),
        .product(name: "KullbackFiles", package: "Kullback"),
        .product(name: "KullbackInference", package: "Kullback"),
        .product(name: "KullbackKernels", package: "Kullback"),
        .product(name: "KullbackLinearAlgebra", package: "Kullback"),
      ]),
    // The table, its JSON, comparisons, and the partner of peers/.
    .executableTarget(
      name: "KullbackBenchmarks",
      dependencies: [
        "KernelWork",
        .product(name: "KullbackFiles", package: "Kullback"),
        .product(name: "KullbackInference", package: "Kullback"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    // The same work under ordo-one/benchmark: percentiles, allocations, its baselines and formats.
    .executableTarget(
      name: "KernelBenchmarks",
      dependencies: [
        "KernelWork",
        .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Benchmarks/KernelBenchmarks",
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
  ]
)
