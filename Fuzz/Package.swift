// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "KullbackFuzz",
  products: [
    .executable(name: "kullback-fuzz", targets: ["KullbackFuzz"])
  ],
  dependencies: [
    // By name, so that the clone's folder may be called anything.
    .package(name: "Kullback", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    // libFuzzer has the main function: `--sanitize fuzzer` links it. Shared/ and COracle/ have links to sources of
    // the command and of the tests, which are not products.
    .executableTarget(
      name: "KullbackFuzz",
      dependencies: [
        "COracle",
        .product(name: "Kullback", package: "Kullback"),
        .product(name: "KullbackFiles", package: "Kullback"),
        .product(name: "KullbackInference", package: "Kullback"),
        .product(name: "KullbackKernels", package: "Kullback"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
      ]),
    .target(name: "COracle", linkerSettings: [.linkedLibrary("m")]),
  ]
)
