internal import ArgumentParser

/// `--measure`, where there is only one.
struct MeasureOption: ParsableArguments {
  @Option(
    name: .customLong("measure"),
    help: ArgumentHelp("What to compute (default: forward-kl).", valueName: "name"),
    completion: .list(MeasureList.names), transform: OneMeasure.init(parsing:))
  var named = OneMeasure.forwardKL
}
