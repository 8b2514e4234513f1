using Microsoft.Extensions.DependencyInjection;
using SaasLlm.Infrastructure.Llm;

namespace SaasLlm.Infrastructure.Byok;

internal static class ByokRegistration
{
    /// <summary>What callers' own keys need beyond the repository and the cache, which are found by scanning.</summary>
    public static void AddByok(this IServiceCollection services) => services.AddSingleton<IByokUses, ByokUses>();
}
