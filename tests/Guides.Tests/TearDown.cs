using SaasLlm.Testing;

namespace SaasLlm.Guides.Tests;

[SetUpFixture]
public sealed class TearDown : PostgresTearDown;
