using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Identities;

internal sealed class SignInMethodsTests
{
    [TestCase(false)]
    [TestCase(true)]
    public async Task Methods_WithAndWithoutAClient_SayWhetherTheProviderServes(bool configured)
    {
        await using var service = await ServiceUnderTest.StartAsync(
            null, configured ? ["Auth:Oidc:Issuer=https://issuer.example", "Auth:Oidc:Audience=saasllm", "Auth:Oidc:ClientId=saasllm"] : []);
        using var nobody = service.Client(null);

        var methods = await nobody.GetOkAsync("/api/auth/methods");

        Assert.That(methods.GetProperty("oidc").GetBoolean(), Is.EqualTo(configured));
    }
}
