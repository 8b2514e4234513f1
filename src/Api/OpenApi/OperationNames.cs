using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace SaasLlm.Api.OpenApi;

/// <summary>Gives each operation a stable id for generated clients: the endpoint's own name, else one made of its method and route.</summary>
internal sealed class OperationNames : IOpenApiOperationTransformer
{
    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        operation.OperationId ??= NameOf(context.Description.HttpMethod ?? "any", context.Description.RelativePath ?? string.Empty);
        return Task.CompletedTask;
    }

    /// <summary><c>POST api/teams/create</c> is <c>createTeam</c>, <c>GET api/teams/{id}/keys</c> is <c>getTeamKeys</c>.</summary>
    public static string NameOf(string method, string route)
    {
        var segments = route.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (segments is ["api", ..])
            segments = segments[1..];

        var verb = method;
        var creates = segments is [.., _, "create"];
        if (creates)
        {
            verb = "create";
            segments = segments[..^1];
        }

        var name = new StringBuilder(verb.ToLower(CultureInfo.InvariantCulture));
        for (var i = 0; i < segments.Length; i++)
        {
            if (segments[i].StartsWith('{'))
                continue;

            var isOne = i + 1 < segments.Length ? segments[i + 1].StartsWith('{') : creates;
            foreach (var word in (isOne ? segments[i].TrimEnd('s') : segments[i]).Split('-', '_', '.'))
                name.Append(char.ToUpperInvariant(word[0])).Append(word.AsSpan(1));
        }

        return name.ToString();
    }
}
