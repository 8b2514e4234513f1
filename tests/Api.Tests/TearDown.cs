using SaasLlm.Testing;

namespace SaasLlm.Api.Tests;

[SetUpFixture]
public sealed class TearDown : PostgresTearDown;
