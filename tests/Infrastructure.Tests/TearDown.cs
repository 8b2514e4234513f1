using SaasLlm.Testing;

// Each fixture has databases of its own, for which it mostly waits. Those that measure time or take a server away run alone.
[assembly: LevelOfParallelism(3)]
[assembly: Parallelizable(ParallelScope.Fixtures)]

namespace SaasLlm.Infrastructure.Tests;

[SetUpFixture]
public sealed class TearDown : PostgresTearDown;
