using SaasLlm.Testing;

// Each fixture has services of its own, which wait more than they work. Those that measure time or take a server away run alone.
[assembly: LevelOfParallelism(3)]
[assembly: Parallelizable(ParallelScope.Fixtures)]

namespace SaasLlm.Api.Tests;

[SetUpFixture]
public sealed class TearDown : PostgresTearDown;
