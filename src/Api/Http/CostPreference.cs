using System.Text.Json;
using System.Text.Json.Nodes;

namespace SaasLlm.Api.Http;

/// <summary>
/// Leaves what calls cost at the providers out of an answer where the request says <c>Prefer: costs=none</c> (RFC 7240), as the
/// dashboard does for a team's people. Applications get the published bodies whole.
/// </summary>
internal static class CostPreference
{
    private const string NoCosts = "costs=none";

    public static TBuilder HeedsCostPreference<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.AddEndpointFilter(static async (context, next) =>
        {
            var result = await next(context);
            if (context.HttpContext.Request.Headers["Prefer"] is not [NoCosts] || result is not IValueHttpResult { Value: { } value })
                return result;

            var body = JsonSerializer.SerializeToNode(value, value.GetType(), JsonConventions.Options);
            LeaveOutCosts(body);
            context.HttpContext.Response.Headers["Preference-Applied"] = NoCosts;
            return Results.Json(body);
        });

    private static void LeaveOutCosts(JsonNode? node)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array)
                LeaveOutCosts(item);
        }
        else if (node is JsonObject body)
        {
            foreach (var name in body.Select(property => property.Key).Where(name => name.Contains("cost", StringComparison.Ordinal)).ToArray())
                body.Remove(name);
            foreach (var (_, value) in body)
                LeaveOutCosts(value);
        }
    }
}
