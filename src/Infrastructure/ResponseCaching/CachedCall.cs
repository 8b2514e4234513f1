using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.ResponseCaching;

/// <summary>A call whose answer may come from, and go to, what is kept.</summary>
internal readonly record struct CachedCall(
    ChatRequest Request, RouteTargets Targets, GatewayCredentials Credentials, ResponseKey Key, int TtlSeconds)
{
    /// <summary>Which calls may wait for each other: those who take answers of the same age, so that none is handed one that is too old for it.</summary>
    public (ResponseKey Key, int TtlSeconds) Flight => (Key, TtlSeconds);

    /// <summary>The model that gave a kept answer. It is one of the targets, since their names are part of the key.</summary>
    public CatalogModel? ModelOf(CachedAnswer answer)
    {
        foreach (var model in Targets)
        {
            if (model.Alias == answer.Model)
                return model;
        }

        return null;
    }
}
