using SaasLlm.Testing;

namespace SaasLlm.Client.Tests;

[SetUpFixture]
public sealed class TearDown : PostgresTearDown;
