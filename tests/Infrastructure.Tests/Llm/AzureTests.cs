using SaasLlm.Application.Llm;
using SaasLlm.Infrastructure.Llm;
using SaasLlm.Infrastructure.Llm.Providers;
using SaasLlm.Infrastructure.Llm.Providers.Azure;
using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests.Llm;

/// <summary>Azure OpenAI: OpenAI's bodies at addresses of its own.</summary>
internal sealed class AzureTests
{
    [TestCase("https://r.openai.azure.com", "https://r.openai.azure.com/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21")]
    [TestCase("https://r.openai.azure.com/?api-version=2025-04-01-preview", "https://r.openai.azure.com/openai/deployments/my%20gpt/chat/completions?api-version=2025-04-01-preview")]
    [TestCase("https://r.openai.azure.com/openai/", "https://r.openai.azure.com/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21")]
    [TestCase("https://r.openai.azure.com/openai/v1/", "https://r.openai.azure.com/openai/v1/chat/completions")]
    [TestCase("https://r.openai.azure.com/openai/v1?api-version=preview", "https://r.openai.azure.com/openai/v1/chat/completions?api-version=preview")]
    public void AddressOf_ForAChat_NamesTheDeploymentWhereTheApiIsDated(string apiBase, string expected) =>
        Assert.That(new AzureDialect().AddressOf(UpstreamOperation.Chat, new Uri(apiBase), "my gpt")!.AbsoluteUri, Is.EqualTo(expected));

    [TestCase("https://r.openai.azure.com", UpstreamOperation.Embeddings, "/openai/deployments/m/embeddings?api-version=2024-10-21")]
    [TestCase("https://r.openai.azure.com", UpstreamOperation.ImageGenerations, "/openai/deployments/m/images/generations?api-version=2024-10-21")]
    [TestCase("https://r.openai.azure.com/openai/v1", UpstreamOperation.ImageGenerations, "/openai/v1/images/generations")]
    public void AddressOf_ForTheRest_GoesTheSameWay(string apiBase, object operation, string expected) =>
        Assert.That(new AzureDialect().AddressOf((UpstreamOperation)operation, new Uri(apiBase), "m")!.PathAndQuery, Is.EqualTo(expected));

    [Test]
    public async Task SendAsync_WhenTheProviderIsAzure_SendsItsKeyAndTheSameBody()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var bench = new GatewayBench();
        bench.Keys.ByProvider["azure"] = new ProviderKey("azure", GatewayBench.ApiKey, new Uri(upstream.ApiBase, "/"));

        var reply = await bench.SendAsync(GatewayBench.Request(), GatewayBench.Model("a", "azure"));

        var received = upstream.Received.Single();
        Assert.Multiple(() =>
        {
            Assert.That(reply.Error, Is.Null);
            Assert.That(received.Path, Is.EqualTo("/openai/deployments/upstream-a/chat/completions"));
            Assert.That((received.Headers["api-key"], received.Headers.ContainsKey("Authorization")), Is.EqualTo((GatewayBench.ApiKey, false)));
            Assert.That(received.Body, Is.EqualTo("""{"model":"upstream-a","messages":[{"role":"user","content":"hi"}]}"""));
        });
    }

    [Test]
    public async Task SendAsync_WithKeyAndBaseInTheEnvironment_ReachesAzure()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var bench = new GatewayBench(new() { ["AZURE_API_KEY"] = "sk-env", ["AZURE_API_BASE"] = new Uri(upstream.ApiBase, "/openai/v1").ToString() });

        await bench.SendAsync(GatewayBench.Request(), GatewayBench.Model("a", "azure"));

        var received = upstream.Received.Single();
        Assert.That((received.Path, received.Headers["api-key"]), Is.EqualTo(("/openai/v1/chat/completions", "sk-env")));
    }
}
