using System.Text;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;

namespace SaasLlm.Api.OpenApi;

/// <summary>Gives each operation a stable id, by which generated clients call it: the endpoint's own name, else one made of its method and route.</summary>
internal sealed class OperationNames : IOpenApiOperationTransformer
{
    /// <summary>Words at the end of a route that say what is done.</summary>
    private static readonly HashSet<string> Acts = new(StringComparer.Ordinal)
    {
        "activate", "add", "configure", "create", "deactivate", "pause", "preview", "remove", "replay", "resolve", "resume", "rotate", "suspend", "test", "verify",
    };

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var description = context.Description;
        operation.OperationId ??= NameOf(description.HttpMethod ?? "any", description.RelativePath ?? string.Empty);

        // Some acts may be done by PUT as well as by POST.
        var methods = description.ActionDescriptor.EndpointMetadata.OfType<IHttpMethodMetadata>().LastOrDefault()?.HttpMethods;
        if (methods is { Count: > 1 } && description.HttpMethod == HttpMethods.Put)
            operation.OperationId += "ByPut";
        return Task.CompletedTask;
    }

    /// <summary>
    /// <c>POST api/teams/create</c> is <c>createTeam</c>, <c>GET api/teams/{id}/keys</c> is <c>getTeamKeys</c>,
    /// <c>POST api/webhooks/{id}/rotate-secret</c> is <c>rotateWebhookSecret</c>.
    /// </summary>
    public static string NameOf(string method, string route)
    {
        var segments = route.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
        {
            // A team's credits are the team's, and the LLM API's short address has the short names.
            ["api", "credits", "teams", .. var rest] => ["teams", .. rest],
            ["api", .. var rest] => rest,
            ["v1", .. var rest] => ["llm", .. rest],
            var all => all,
        };

        string[] act = segments is [_, .., var last] && last.Split('-') is var words && Acts.Contains(words[0]) ? words : [];
        if (act.Length > 0)
            segments = segments[..^1];

        var verb = act is [var first, ..] ? first : VerbOf(method, segments[^1]);
        var name = new StringBuilder(verb);
        for (var i = 0; i < segments.Length; i++)
        {
            if (segments[i].StartsWith('{'))
                continue;

            var isOne = i + 1 < segments.Length ? segments[i + 1].StartsWith('{') : verb == "create";
            Append(name, (isOne ? Singular(segments[i]) : segments[i]).Split('-', '_', '.'));
        }

        Append(name, act.Skip(1));
        return name.ToString();
    }

    private static string VerbOf(string method, string last) => method switch
    {
        "POST" => "create",
        "PUT" or "PATCH" => last.StartsWith('{') ? "update" : "set",
        "DELETE" => "delete",
        _ => "get",
    };

    private static string Singular(string word) => word.EndsWith("ies", StringComparison.Ordinal) ? word[..^3] + "y" : word.TrimEnd('s');

    private static void Append(StringBuilder name, IEnumerable<string> words)
    {
        foreach (var word in words)
            name.Append(char.ToUpperInvariant(word[0])).Append(word.AsSpan(1));
    }
}
