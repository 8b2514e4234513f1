using NUnit.Framework;

namespace SaasLlm.Testing;

/// <summary>
/// Stops the test server after the last test. A test project that uses <see cref="TestPostgres"/> declares, in its root
/// namespace, <c>[SetUpFixture] public sealed class TearDown : PostgresTearDown;</c>
/// </summary>
public abstract class PostgresTearDown
{
    [OneTimeTearDown]
    public Task StopPostgresAsync() => TestPostgres.StopAsync();
}
