namespace SaasLlm.Guides.Tests;

/// <summary>What the guides' programs in C# find: clients of the team and of the operator of the quick start, from its variables.</summary>
internal abstract class Given
{
#pragma warning disable IDE1006 // Named as in the guides.
    protected static SaasLlmClient client { get; } = ClientWith(Variable("SAASLLM_KEY"));

    protected static SaasLlmClient admin { get; } = ClientWith(Variable("SAASLLM_ADMIN_KEY"));

    protected static string teamId { get; } = Variable("SAASLLM_TEAM");
#pragma warning restore IDE1006

    private static SaasLlmClient ClientWith(string key) =>
        SaasLlmClient.Connect(new SaasLlmClientOptions { BaseAddress = new Uri(Variable("SAASLLM_URL")), ApiKey = key });

    private static string Variable(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"The quick start sets {name}.");
}

internal static class EntryPoint
{
    /// <summary>Runs the program of the guides that begins at the given place, such as <c>docs/streaming.md:12</c>.</summary>
    public static Task Main(string[] args) => Programs.All[args[0]]();
}
