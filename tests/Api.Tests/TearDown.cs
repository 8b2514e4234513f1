using SaasLlm.Testing;

// Each fixture has services of its own, which wait more than they work.
[assembly: LevelOfParallelism(3)]
[assembly: Parallelizable(ParallelScope.Fixtures)]

namespace SaasLlm.Api.Tests;

[SetUpFixture]
public sealed class TearDown : PostgresTearDown;
