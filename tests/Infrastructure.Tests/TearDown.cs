using SaasLlm.Testing;

// Each fixture has databases and servers of its own, for which it mostly waits.
[assembly: LevelOfParallelism(3)]
[assembly: Parallelizable(ParallelScope.Fixtures)]

namespace SaasLlm.Infrastructure.Tests;

[SetUpFixture]
public sealed class TearDown : PostgresTearDown;
