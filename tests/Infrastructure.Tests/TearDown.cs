using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests;

[SetUpFixture]
public sealed class TearDown : PostgresTearDown;
