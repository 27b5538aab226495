import KullbackSystem
import Testing

/// How many threads a process starts by itself, by readings that are made up.
@Suite struct ThreadLimitTests {
  private static let mask = "Name:\tx\nCpus_allowed:\tff,00000000\nCpus_allowed_list:\t32-39\n"

  private func limits(
    _ files: [String: String] = [:], _ variables: [String: String] = [:], online: Int = 64
  ) -> ThreadLimits {
    ThreadLimits(online: online, read: { files[$0] }, environment: { variables[$0] })
  }

  @Test func withoutAnythingTheyAreAllProcessors() {
    #expect(limits().threads == 64)
    #expect(limits(online: 0).threads == 1)
    #expect(limits(["/proc/self/status": Self.mask]).threads == 8)
    #expect(limits(["/proc/self/status": "Cpus_allowed:\t0\n"]).threads == 64)
  }

  @Test(arguments: [
    ("max 100000", 8), ("200000 100000\n", 2), ("150000 100000", 2), ("1000 100000", 1),
    ("9000000 100000", 8), ("0 100000", 8), ("-1 100000", 8), ("200000 0", 8), ("200000", 8),
    ("", 8), ("a b", 8), ("9223372036854775807 1", 8), ("99999999999999999999 1", 8),
  ])
  func aQuotaOfVersion2Limits(quota: String, expected: Int) {
    let files = [
      "/proc/self/status": Self.mask, "/proc/self/cgroup": "0::/\n",
      "/sys/fs/cgroup/cpu.max": quota,
    ]
    #expect(limits(files).threads == expected)
  }

  @Test func everyGroupOnTheWayLimits() {
    var files = [
      "/proc/self/cgroup": "1:name=systemd:/a/b\n0::/a/b/c\n",
      "/sys/fs/cgroup/a/cpu.max": "300000 100000", "/sys/fs/cgroup/a/b/c/cpu.max": "max 100000",
    ]
    #expect(limits(files).threads == 3)
    files["/sys/fs/cgroup/a/b/cpu.max"] = "200000 100000"
    #expect(limits(files).threads == 2)
    files["/sys/fs/cgroup/unified/a/b/c/cpu.max"] = "100000 100000"
    #expect(limits(files).threads == 1)
  }

  @Test(arguments: ["/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"])
  func aQuotaOfVersion1Limits(root: String) {
    let own = [
      "/proc/self/cgroup": "5:cpuset:/x\n4:cpu,cpuacct:/docker/1\n",
      root + "/docker/1/cpu.cfs_quota_us": "250000\n",
      root + "/docker/1/cpu.cfs_period_us": "100000\n",
    ]
    #expect(limits(own).threads == 3)
    // Inside a container the group's own files are at the root.
    let inside = [
      "/proc/self/cgroup": "4:cpu,cpuacct:/docker/1\n", root + "/cpu.cfs_quota_us": "-1\n",
      root + "/cpu.cfs_period_us": "100000\n",
    ]
    #expect(limits(inside).threads == 64)
    #expect(limits(inside.merging([root + "/cpu.cfs_quota_us": "400000"]) { $1 }).threads == 4)
  }

  @Test func variablesLimitAndNeverRaise() {
    #expect(limits([:], ["KULLBACK_NUM_THREADS": "3"]).threads == 3)
    #expect(limits([:], ["OMP_NUM_THREADS": "5"]).threads == 5)
    #expect(limits([:], ["KULLBACK_NUM_THREADS": "3", "OMP_NUM_THREADS": "2"]).threads == 2)
    #expect(limits([:], ["KULLBACK_NUM_THREADS": "1000"]).threads == 64)
    #expect(limits([:], ["OMP_NUM_THREADS": " 4 , 2"]).threads == 4)
  }

  @Test(arguments: ["0", "-1", "two", "1.5", "99999999999999999999"])
  func whatIsNoNumberIsSaidOfKullbacksVariableAlone(value: String) {
    let found = limits([:], ["KULLBACK_NUM_THREADS": value, "OMP_NUM_THREADS": "6"])
    #expect(found.threads == 6)
    #expect(
      found.problem == "KULLBACK_NUM_THREADS is \"\(value)\", not a whole number above 0")
    #expect(limits([:], ["OMP_NUM_THREADS": value]).threads == 64)
    #expect(limits([:], ["OMP_NUM_THREADS": value]).problem == nil)
  }

  @Test func anEmptyVariableIsNone() {
    let found = limits([:], ["KULLBACK_NUM_THREADS": "", "OMP_NUM_THREADS": ""])
    #expect(found.threads == 64)
    #expect(found.problem == nil)
  }

  @Test func thisProcessHasSome() {
    #expect(ThreadLimits.current.threads >= 1)
  }
}
