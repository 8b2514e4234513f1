using SaasLlm.Testing;

namespace SaasLlm.Dashboard.Tests;

[SetUpFixture]
public sealed class TearDown : PostgresTearDown;
