internal import CVectorKernels
public import KullbackMatrix

/// Compares normals in few dimensions by their means and covariances, as many pairs at a time as a vector
/// has lanes.
///
/// - Shapes: means are count × n; covariances count·n × n, one below the other, of which the lower triangles
///   are read. A side of one mean and covariance is compared with all of the other.
/// - Special values: where a covariance is refused, the other values of the pair mean nothing.
/// - Accuracy: that of the factors, each element of which carries a few roundings.
/// - Complexity: n³ operations a pair; two triangles for each lane.
/// - Precondition: the shapes agree, and the pairs are there.
public func compareNormals(
  targetMeans: Matrix<Double>, targets: Matrix<Double>, modelMeans: Matrix<Double>,
  models: Matrix<Double>, pairs: Range<Int>, on set: InstructionSet = .current
) -> NormalPairResults {
  let n = targets.columns
  for (means, stack) in [(targetMeans, targets), (modelMeans, models)] {
    precondition(stack.columns == n && means.columns == n, "normals of different dimensions")
    precondition(stack.rows == means.rows * n, "not a covariance for each mean")
    precondition(
      pairs.lowerBound >= 0 && (means.rows == 1 || pairs.upperBound <= means.rows),
      "pairs \(pairs) are not all there")
  }
  var results = NormalPairResults(count: pairs.count)
  guard pairs.count > 0, n > 0 else { return results }
  let order = (n + 3) / 4 * 4
  var scratch = Matrix<Double>(rows: 8, columns: (order + 5) * (order + 1))
  var face = unsafe kvk_normals()
  unsafe face.dimension = Int64(n)
  unsafe face.target_mean_step = Int64(targetMeans.rows == 1 ? 0 : targetMeans.rowStride)
  unsafe face.model_mean_step = Int64(modelMeans.rows == 1 ? 0 : modelMeans.rowStride)
  unsafe face.target_step = Int64(targetMeans.rows == 1 ? 0 : n * targets.rowStride)
  unsafe face.model_step = Int64(modelMeans.rows == 1 ? 0 : n * models.rowStride)
  unsafe face.target_stride = Int64(targets.rowStride)
  unsafe face.model_stride = Int64(models.rowStride)
  // SAFETY: all pairs lie inside the matrices, as checked; the scratch is as large as the kernel wants it;
  // the results hold as many elements as there are pairs.
  unsafe targetMeans.withUnsafeBaseAddress { targetMeans in
    unsafe targets.withUnsafeBaseAddress { targets in
      unsafe modelMeans.withUnsafeBaseAddress { modelMeans in
        unsafe models.withUnsafeBaseAddress { models in
          unsafe scratch.withUnsafeMutableBaseAddress { scratch in
            unsafe face.target_means = targetMeans.assumingMemoryBound(to: Double.self)
            unsafe face.targets = targets.assumingMemoryBound(to: Double.self)
            unsafe face.model_means = modelMeans.assumingMemoryBound(to: Double.self)
            unsafe face.models = models.assumingMemoryBound(to: Double.self)
            unsafe results.withOut { out in
              unsafe set.table.normal_pairs(
                &face, Int64(pairs.lowerBound), Int64(pairs.count),
                scratch.assumingMemoryBound(to: Double.self), &out)
            }
          }
        }
      }
    }
  }
  return results
}
